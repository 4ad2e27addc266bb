package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.training.TrainingProgress;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Takes a run to its last step, with a report every 100 steps and at the end, and then back to the
 * report with the best accuracy on validation; of equals, the last.
 */
final class TextLoop {
  private final TextRun run;
  private final LabelledTexts validation;
  private final Consumer<TrainingProgress> progress;
  private final Checkpoint best;
  private final LongSupplier nanoTime;

  /**
   * A loop.
   *
   * @param best where the best weights so far are kept
   */
  TextLoop(
      TextRun run,
      LabelledTexts validation,
      Consumer<TrainingProgress> progress,
      Checkpoint best,
      LongSupplier nanoTime) {
    this.run = run;
    this.validation = validation;
    this.progress = progress;
    this.best = best;
    this.nanoTime = nanoTime;
  }

  /** Does all steps; returns the figures of the run. */
  Map<String, Double> run() {
    long total = run.totalSteps();
    int every = TrainingLoop.REPORT_EVERY;
    ProgressMeter meter =
        new ProgressMeter(0, total, run.parameters().batchSize(), every, nanoTime);
    Map<String, Double> metrics = new TreeMap<>();
    double highest = -1;
    while (run.step() < total) {
      TrainingRun.StepResult result = run.next();
      meter.add(result.loss(), result.correct());
      long step = run.step();
      if (step % every == 0 || step == total) {
        TrainingProgress report = meter.report(step, () -> run.accuracy(validation));
        progress.accept(report);
        if (report.validationAccuracy() >= highest) {
          highest = report.validationAccuracy();
          run.save(best);
          metrics.put("best_step", (double) step);
          metrics.put("validation_accuracy", highest);
        }
        metrics.put("train_loss", report.loss());
        metrics.put("texts_per_second", meter.examplesPerSecond(step));
        metrics.put("train_seconds", meter.trainingTime().toNanos() / 1e9);
      }
    }
    run.restore(best);
    return metrics;
  }
}
