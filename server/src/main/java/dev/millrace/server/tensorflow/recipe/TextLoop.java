package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.training.TrainingProgress;
import java.util.Map;
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
  private final TextState state;
  private final Map<String, Double> metrics;
  private final Checkpoints checkpoints;
  private final LongSupplier nanoTime;

  /**
   * A loop.
   *
   * @param state where the best weights so far are kept
   * @param metrics figures so far, which are renewed at each report
   */
  TextLoop(
      TextRun run,
      LabelledTexts validation,
      Consumer<TrainingProgress> progress,
      TextState state,
      Map<String, Double> metrics,
      Checkpoints checkpoints,
      LongSupplier nanoTime) {
    this.run = run;
    this.validation = validation;
    this.progress = progress;
    this.state = state;
    this.metrics = metrics;
    this.checkpoints = checkpoints;
    this.nanoTime = nanoTime;
  }

  /** Does all steps that are left. */
  void run() {
    long total = run.totalSteps();
    int every = TrainingLoop.REPORT_EVERY;
    ProgressMeter meter =
        new ProgressMeter(run.step(), total, run.parameters().batchSize(), every, nanoTime);
    double secondsBefore = metrics.getOrDefault("train_seconds", 0.0);
    while (run.step() < total) {
      TrainingSession.StepResult result = run.next();
      meter.add(result.loss(), result.correct());
      long step = run.step();
      if (step % every == 0 || step == total) {
        TrainingProgress report = meter.report(step, () -> run.accuracy(validation));
        progress.accept(report);
        if (report.validationAccuracy() >= metrics.getOrDefault("validation_accuracy", -1.0)) {
          run.save(state.best());
          metrics.put("best_step", (double) step);
          metrics.put("validation_accuracy", report.validationAccuracy());
        }
        metrics.put("train_loss", report.loss());
        metrics.put("texts_per_second", meter.examplesPerSecond(step));
        metrics.put("train_seconds", secondsBefore + meter.trainingTime().toNanos() / 1e9);
      }
      checkpoints.afterStep(step, state::write);
    }
    run.restore(state.best());
  }
}
