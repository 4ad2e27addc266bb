package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Predictions;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Finds the misread examples that tell most: those that the model was most sure of. */
final class Misreads {
  private Misreads() {}

  /** At most so many, the surest first. */
  static List<MisreadExample> of(
      Predictions predictions, IntFunction<String> text, IntFunction<ByteBuffer> pixels, int most) {
    return IntStream.range(0, predictions.count())
        .filter(i -> !predictions.isRight(i))
        .boxed()
        .sorted(
            Comparator.comparingDouble(i -> -predictions.probability(i, predictions.predicted(i))))
        .limit(most)
        .map(i -> misread(predictions, text, pixels, i))
        .toList();
  }

  private static MisreadExample misread(
      Predictions predictions,
      IntFunction<String> text,
      IntFunction<ByteBuffer> pixels,
      int index) {
    int label = predictions.label(index);
    int predicted = predictions.predicted(index);
    return new MisreadExample(
        index,
        label,
        predicted,
        predictions.probability(index, predicted),
        predictions.probability(index, label),
        pixels.apply(index),
        text.apply(index));
  }
}
