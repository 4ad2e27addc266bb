package dev.millrace.server.gate;

/**
 * A figure.
 *
 * @param of the part that it is of, such as {@code class 3}; empty for all examples
 * @param value the figure
 */
record Measured(String of, double value) {}
