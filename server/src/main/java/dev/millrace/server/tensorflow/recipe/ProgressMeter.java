package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.training.TrainingProgress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Adds up what the steps of a run tell, and makes the reports of it. */
final class ProgressMeter {
  private final long totalSteps;
  private final long firstStep;
  private final int batchSize;
  private final int reportEvery;
  private final LongSupplier nanoTime;

  private double lossSum;
  private long correct;
  private long steps;
  private long began;
  private long trainingNanos;
  private long trainingNanosBefore;
  private long validationNanos;
  private long reports;

  /**
   * A meter at the start of a run.
   *
   * @param firstStep steps done before
   */
  ProgressMeter(
      long firstStep, long totalSteps, int batchSize, int reportEvery, LongSupplier nanoTime) {
    this.firstStep = firstStep;
    this.totalSteps = totalSteps;
    this.batchSize = batchSize;
    this.reportEvery = reportEvery;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /** Counts a step. */
  void add(float loss, int correctExamples) {
    lossSum += loss;
    correct += correctExamples;
    steps++;
  }

  /** Ends the stretch since the last report; the validation is done here, and timed apart. */
  TrainingProgress report(long step, DoubleSupplier validation) {
    long trained = nanoTime.getAsLong();
    double validationAccuracy = validation.getAsDouble();
    long validated = nanoTime.getAsLong();
    trainingNanos += trained - began;
    validationNanos += validated - trained;
    reports++;
    long examples = steps * batchSize;
    TrainingProgress progress =
        new TrainingProgress(
            step,
            totalSteps,
            lossSum / steps,
            (double) correct / examples,
            validationAccuracy,
            perSecond(examples, trainingNanos - trainingNanosBefore),
            timeLeft(step));
    lossSum = 0;
    correct = 0;
    steps = 0;
    trainingNanosBefore = trainingNanos;
    began = validated;
    return progress;
  }

  private Duration timeLeft(long step) {
    long left = totalSteps - step;
    long reportsLeft = (left + reportEvery - 1) / reportEvery;
    double training = (double) trainingNanos / (step - firstStep) * left;
    double validation = (double) validationNanos / reports * reportsLeft;
    return Duration.ofNanos(Math.round(training + validation));
  }

  /** Time spent on training up to the last report, validation not counted. */
  Duration trainingTime() {
    return Duration.ofNanos(trainingNanos);
  }

  /** Examples a second up to the last report. */
  double examplesPerSecond(long step) {
    return perSecond((step - firstStep) * batchSize, trainingNanos);
  }

  private static double perSecond(long examples, long nanos) {
    return examples * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos);
  }
}
