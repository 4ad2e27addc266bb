package dev.millrace.server.evaluation;

/**
 * How far an evaluation has come.
 *
 * @param done examples run, each counted once for each version and disturbance
 * @param total examples to run in all
 * @param step what it does now, in words
 */
public record EvaluationProgress(long done, long total, String step) {}
