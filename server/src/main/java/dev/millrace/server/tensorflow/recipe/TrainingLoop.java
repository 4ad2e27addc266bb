package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.training.TrainingProgress;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Takes a run to its last step, with a report every 100 steps and at the end. */
final class TrainingLoop {
  /** Steps from one report to the next. */
  static final int REPORT_EVERY = 100;

  private static final String SECONDS = "train_seconds";

  private final TrainingRun run;
  private final LabelledImages validation;
  private final Consumer<TrainingProgress> progress;
  private final Runnable afterStep;
  private final Map<String, Double> metrics;
  private final EarlyStopping stopping;
  private final LongSupplier nanoTime;

  /**
   * A loop.
   *
   * @param afterStep called after each step but the one that ends the run early
   * @param metrics figures of the run so far; renewed at each report
   */
  TrainingLoop(
      TrainingRun run,
      LabelledImages validation,
      Consumer<TrainingProgress> progress,
      Runnable afterStep,
      Map<String, Double> metrics,
      EarlyStopping stopping,
      LongSupplier nanoTime) {
    this.run = run;
    this.validation = validation;
    this.progress = progress;
    this.afterStep = afterStep;
    this.metrics = metrics;
    this.stopping = stopping;
    this.nanoTime = nanoTime;
  }

  /**
   * Does all steps that are left, unless validation ends the run before; then the run is where it
   * was best.
   *
   * @return the figures of the run: {@code train_loss}, {@code validation_accuracy}, {@code
   *     images_per_second} since it was taken up and {@code train_seconds} in all; when no step was
   *     left, those given
   */
  Map<String, Double> run() {
    long total = run.totalSteps();
    ProgressMeter meter =
        new ProgressMeter(run.step(), total, run.parameters().batchSize(), REPORT_EVERY, nanoTime);
    double secondsBefore = metrics.getOrDefault(SECONDS, 0.0);
    boolean over = false;
    while (run.step() < total && !over) {
      TrainingSession.StepResult result = run.next();
      meter.add(result.loss(), result.correct());
      long step = run.step();
      if (step % REPORT_EVERY == 0 || step == total) {
        TrainingProgress report = meter.report(step, () -> run.accuracy(validation));
        progress.accept(report);
        over = stopping.isOver(run, report.validationAccuracy());
        metrics.put("train_loss", report.loss());
        metrics.put("validation_accuracy", report.validationAccuracy());
        metrics.put("images_per_second", meter.examplesPerSecond(step));
        metrics.put(SECONDS, secondsBefore + meter.trainingTime().toNanos() / 1e9);
      }
      if (!over) {
        afterStep.run();
      }
    }
    stopping.restore(run);
    return metrics;
  }
}
