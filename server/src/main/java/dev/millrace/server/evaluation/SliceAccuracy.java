package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Share;

/**
 * Accuracy on a part of the examples.
 *
 * @param by what the part is made by
 * @param value which part
 * @param accuracy its examples read rightly
 */
public record SliceAccuracy(String by, String value, Share accuracy) {}
