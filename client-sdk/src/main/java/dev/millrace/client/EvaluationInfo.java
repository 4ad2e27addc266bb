package dev.millrace.client;

import java.util.Optional;

/**
 * An evaluation as it is at a moment.
 *
 * @param id its id
 * @param model the version that is measured, {@code models/mnist/versions/3}
 * @param baseline the version it is compared with; empty for none
 * @param state where it is in its life
 * @param reason why it FAILED; empty otherwise
 * @param message the reason in words; empty otherwise
 * @param examplesDone examples run, each counted once for each version and disturbance
 * @param examplesTotal examples to run in all; 0 before it runs
 * @param step what it does now, in words
 * @param report what was measured; empty before it SUCCEEDED
 */
public record EvaluationInfo(
    String id,
    String model,
    String baseline,
    EvaluationState state,
    String reason,
    String message,
    long examplesDone,
    long examplesTotal,
    String step,
    Optional<EvaluationReport> report) {}
