package dev.millrace.client;

import java.time.Duration;

/**
 * How far a run has come.
 *
 * @param step steps done
 * @param totalSteps steps to do in all
 * @param loss mean training loss since the last report
 * @param trainAccuracy share of training examples classified rightly since the last report, 0..1
 * @param validationAccuracy share of the validation set classified rightly, 0..1
 * @param examplesPerSecond training examples a second
 * @param timeLeft estimate of the time until the last step
 */
public record TrainingProgress(
    long step,
    long totalSteps,
    double loss,
    double trainAccuracy,
    double validationAccuracy,
    double examplesPerSecond,
    Duration timeLeft) {}
