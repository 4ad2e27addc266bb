package dev.millrace.server.evaluation;

import java.nio.ByteBuffer;

/**
 * An example that was taken for another class.
 *
 * @param index its place in the split
 * @param label the class it is of
 * @param predicted the class it was taken for
 * @param probability of the predicted class
 * @param labelProbability of the true class
 * @param pixels one byte a pixel, 0 black to 255 white, row-major; read through {@link
 *     ByteBuffer#duplicate()}
 */
public record MisreadExample(
    int index,
    int label,
    int predicted,
    double probability,
    double labelProbability,
    ByteBuffer pixels) {}
