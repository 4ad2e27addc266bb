/** Figures of a model's answers; pure, and each named by its source. */
@NullMarked
package dev.millrace.server.evaluation.metrics;

import org.jspecify.annotations.NullMarked;
