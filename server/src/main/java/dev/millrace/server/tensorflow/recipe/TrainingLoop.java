package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.training.TrainingProgress;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Takes a run to its last step, with a report every 100 steps and at the end. */
final class TrainingLoop {
  /** Steps from one report to the next. */
  static final int REPORT_EVERY = 100;

  private final TrainingRun run;
  private final LabelledImages validation;
  private final Consumer<TrainingProgress> progress;
  private final Checkpoints checkpoints;
  private final EarlyStopping stopping;
  private final LongSupplier nanoTime;

  /** Keeps a run at the steps of its choice. */
  @FunctionalInterface
  interface Checkpoints {
    /** Keeps nothing. */
    Checkpoints NONE = run -> {};

    /** Told after each step. */
    void afterStep(TrainingRun run);
  }

  TrainingLoop(
      TrainingRun run,
      LabelledImages validation,
      Consumer<TrainingProgress> progress,
      Checkpoints checkpoints,
      EarlyStopping stopping,
      LongSupplier nanoTime) {
    this.run = run;
    this.validation = validation;
    this.progress = progress;
    this.checkpoints = checkpoints;
    this.stopping = stopping;
    this.nanoTime = nanoTime;
  }

  /**
   * Does all steps that are left, unless validation ends the run before; then the run is where it
   * was best.
   *
   * @return the figures of the run: {@code train_loss}, {@code validation_accuracy}, {@code
   *     images_per_second} and {@code train_seconds}; empty when no step was left
   */
  Map<String, Double> run() {
    long total = run.totalSteps();
    ProgressMeter meter =
        new ProgressMeter(run.step(), total, run.parameters().batchSize(), REPORT_EVERY, nanoTime);
    Map<String, Double> metrics = new TreeMap<>();
    boolean over = false;
    while (run.step() < total && !over) {
      TrainingRun.StepResult result = run.next();
      meter.add(result.loss(), result.correct());
      checkpoints.afterStep(run);
      long step = run.step();
      if (step % REPORT_EVERY == 0 || step == total) {
        TrainingProgress report = meter.report(step, () -> run.accuracy(validation));
        progress.accept(report);
        over = stopping.isOver(run, report.validationAccuracy());
        metrics.put("train_loss", report.loss());
        metrics.put("validation_accuracy", report.validationAccuracy());
        metrics.put("images_per_second", meter.examplesPerSecond(step));
        metrics.put("train_seconds", meter.trainingTime().toNanos() / 1e9);
      }
    }
    stopping.restore(run);
    return metrics;
  }
}
