package dev.millrace.server.evaluation.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well one class is told from the others, one against the rest (C. J. van Rijsbergen,
 * Information Retrieval, 1979). What would be divided by zero is 0, as in scikit-learn with {@code
 * zero_division=0}.
 *
 * @param label the class
 * @param precision of the examples taken for the class, the share that is of it
 * @param recall of the examples of the class, the share taken for it
 * @param f1 harmonic mean of the two
 * @param support examples of the class
 */
public record ClassFigures(int label, double precision, double recall, double f1, long support) {
  /** The figures of every class, in order. */
  public static List<ClassFigures> of(ConfusionMatrix confusion) {
    return IntStream.range(0, confusion.classes()).mapToObj(label -> of(confusion, label)).toList();
  }

  private static ClassFigures of(ConfusionMatrix confusion, int label) {
    long hits = confusion.count(label, label);
    long support = confusion.ofClass(label);
    long taken = confusion.takenFor(label);
    return new ClassFigures(
        label,
        taken == 0 ? 0 : (double) hits / taken,
        support == 0 ? 0 : (double) hits / support,
        support + taken == 0 ? 0 : 2.0 * hits / (support + taken),
        support);
  }

  /** Mean of one figure over all classes, each counting the same; 0 without classes. */
  public static double macro(List<ClassFigures> classes, ToDoubleFunction<ClassFigures> figure) {
    return classes.stream().mapToDouble(figure).average().orElse(0);
  }
}
