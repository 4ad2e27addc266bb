package dev.millrace.server.training;

import java.time.Duration;

/**
 * How far a run has come.
 *
 * @param step steps done
 * @param totalSteps steps to do in all
 * @param loss mean training loss since the last report
 * @param trainAccuracy share of training examples classified rightly since the last report, 0..1
 * @param validationAccuracy share of the validation set classified rightly after this step, 0..1
 * @param examplesPerSecond training examples a second since the last report, validation not counted
 * @param timeLeft estimate of the time until the last step is done, validation counted
 */
public record TrainingProgress(
    long step,
    long totalSteps,
    double loss,
    double trainAccuracy,
    double validationAccuracy,
    double examplesPerSecond,
    Duration timeLeft) {}
