package dev.millrace.server.evaluation;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An example that was taken for another class.
 *
 * @param index its place in the split
 * @param label the class it is of
 * @param predicted the class it was taken for
 * @param probability of the predicted class
 * @param labelProbability of the true class
 * @param pixels one byte a pixel, 0 black to 255 white, row-major; read through {@link
 *     ByteBuffer#duplicate()}; empty where there is no picture
 * @param text the text; empty where there is none, null where it was kept before there were any
 */
public record MisreadExample(
    int index,
    int label,
    int predicted,
    double probability,
    double labelProbability,
    ByteBuffer pixels,
    @Nullable String text) {
  /** A picture. */
  public MisreadExample(
      int index,
      int label,
      int predicted,
      double probability,
      double labelProbability,
      ByteBuffer pixels) {
    this(index, label, predicted, probability, labelProbability, pixels, "");
  }

  /** The text; those that were kept of old have none. */
  public String words() {
    return text == null ? "" : text;
  }
}
