package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.TrainingProgress;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Sums up what happened between two reports and estimates what is left. Not thread-safe. */
final class ProgressMeter {
  private final long totalSteps;
  private final int batchSize;
  private final long reportEvery;
  private final LongSupplier nanoTime;
  private long steps;
  private long stepNanos;
  private long stepsSinceReport;
  private long stepNanosSinceReport;
  private double lossSinceReport;
  private long rightSinceReport;
  private long reports;
  private long measureNanos;
  private long mark;

  ProgressMeter(long totalSteps, int batchSize, long reportEvery, LongSupplier nanoTime) {
    this.totalSteps = totalSteps;
    this.batchSize = batchSize;
    this.reportEvery = reportEvery;
    this.nanoTime = nanoTime;
    this.mark = nanoTime.getAsLong();
  }

  /** A step has just ended. */
  void step(TrainingGraph.StepResult result) {
    long taken = lap();
    steps++;
    stepNanos += taken;
    stepsSinceReport++;
    stepNanosSinceReport += taken;
    lossSinceReport += result.loss();
    rightSinceReport += result.right();
  }

  /** True when a report is due after the present step. */
  boolean isReportDue() {
    return steps % reportEvery == 0 || steps == totalSteps;
  }

  /** The validation has just ended, and with it the time up to a report. */
  TrainingProgress report(double validationAccuracy) {
    measureNanos += lap();
    reports++;
    long reportsLeft = (totalSteps - steps + reportEvery - 1) / reportEvery;
    double nanosLeft =
        (double) stepNanos / steps * (totalSteps - steps)
            + (double) measureNanos / reports * reportsLeft;
    TrainingProgress progress =
        new TrainingProgress(
            steps,
            totalSteps,
            lossSinceReport / stepsSinceReport,
            (double) rightSinceReport / (stepsSinceReport * batchSize),
            validationAccuracy,
            stepsSinceReport * batchSize / (stepNanosSinceReport / 1e9),
            Duration.ofNanos((long) nanosLeft));
    stepsSinceReport = 0;
    stepNanosSinceReport = 0;
    lossSinceReport = 0;
    rightSinceReport = 0;
    return progress;
  }

  /** Training examples a second over the whole run, validation not counted. */
  double examplesPerSecond() {
    return steps * batchSize / (stepNanos / 1e9);
  }

  private long lap() {
    long now = nanoTime.getAsLong();
    long taken = now - mark;
    mark = now;
    return taken;
  }
}
