package dev.millrace.server.inference.shadow;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares another version's answer with the one that the caller got. What an example's class is,
 * is told by the first output, in the order of the names, that fits:
 *
 * <ol>
 *   <li>one of whole numbers, words or booleans with one value a row;
 *   <li>else one of floats, [rows, classes] with two classes or more: the place of the largest.
 * </ol>
 *
 * Where neither is there, an example agrees when all outputs have the same shape and values, floats
 * within 0.001 of one another. Stateless.
 */
public final class AnswerComparison {
  private static final double TOLERANCE = 1e-3;

  private AnswerComparison() {}

  /** Compares the answers, by output; what the other gives beyond the caller's is let alone. */
  public static Comparison of(
      Map<String, TensorData> primaryOutputs, Map<String, TensorData> shadowOutputs) {
    SortedMap<String, TensorData> outputs = inOnePiece(primaryOutputs);
    SortedMap<String, TensorData> shadow = inOnePiece(shadowOutputs);
    double difference = 0;
    for (Map.Entry<String, TensorData> output : outputs.entrySet()) {
      difference =
          Math.max(
              difference, largestDifference(output.getValue(), shadow.get(output.getKey()), 0, 1));
    }
    Optional<String> classes =
        first(outputs, AnswerComparison::namesClasses)
            .or(() -> first(outputs, AnswerComparison::scoresClasses));
    if (classes.isEmpty()) {
      return byValues(outputs, shadow, difference);
    }
    TensorData told = Rows.of(outputs, classes.get());
    List<String> primaryClasses = classes(told);
    TensorData other = shadow.get(classes.get());
    boolean comparable =
        other != null && other.dtype() == told.dtype() && other.shape().equals(told.shape());
    List<String> shadowClasses = comparable ? classes(Rows.of(shadow, classes.get())) : List.of();
    List<Boolean> same = new ArrayList<>();
    for (int row = 0; row < primaryClasses.size(); row++) {
      same.add(comparable && primaryClasses.get(row).equals(shadowClasses.get(row)));
    }
    int agreed = Collections.frequency(same, true);
    return new Comparison(same.size(), agreed, difference, primaryClasses, same);
  }

  /** Each access to the bytes of a tensor in pieces would copy them. */
  private static SortedMap<String, TensorData> inOnePiece(Map<String, TensorData> tensors) {
    SortedMap<String, TensorData> whole = new TreeMap<>(tensors);
    whole.replaceAll(
        (name, tensor) ->
            tensor.parts().size() > 1
                ? TensorData.ofBytes(tensor.dtype(), tensor.shape(), tensor.bytes())
                : tensor);
    return whole;
  }

  private static Comparison byValues(
      SortedMap<String, TensorData> outputs, Map<String, TensorData> shadow, double difference) {
    int rows = Rows.common(outputs.values());
    int agreed = 0;
    for (int row = 0; row < rows; row++) {
      boolean equal = true;
      for (Map.Entry<String, TensorData> output : outputs.entrySet()) {
        equal &= isEqual(output.getValue(), shadow.get(output.getKey()), row, rows);
      }
      agreed += equal ? 1 : 0;
    }
    return new Comparison(rows, agreed, difference, List.of(), List.of());
  }

  private static Optional<String> first(
      SortedMap<String, TensorData> outputs, Predicate<? super TensorData> fits) {
    return outputs.entrySet().stream()
        .filter(output -> fits.test(output.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static boolean namesClasses(TensorData tensor) {
    return TensorNumbers.isNameOfClass(tensor.dtype())
        && tensor.shape().rank() > 0
        && tensor.shape().elementCount() > 0
        && tensor.shape().elementCount() == tensor.shape().size(0);
  }

  private static boolean scoresClasses(TensorData tensor) {
    return TensorNumbers.isFloat(tensor.dtype())
        && tensor.shape().rank() == 2
        && tensor.shape().size(0) > 0
        && tensor.shape().size(1) > 1;
  }

  private static List<String> classes(TensorData tensor) {
    TensorNumbers numbers = new TensorNumbers(tensor);
    int rows = (int) tensor.shape().size(0);
    int width = (int) (tensor.shape().elementCount() / rows);
    IntFunction<String> ofRow =
        width == 1
            ? numbers::word
            : row -> Integer.toString(placeOfLargest(numbers, row * width, width));
    List<String> classes = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      classes.add(ofRow.apply(row));
    }
    return classes;
  }

  private static int placeOfLargest(TensorNumbers numbers, int from, int count) {
    int largest = 0;
    for (int i = 1; i < count; i++) {
      if (numbers.number(from + i) > numbers.number(from + largest)) {
        largest = i;
      }
    }
    return largest;
  }

  private static boolean isEqual(TensorData one, @Nullable TensorData other, int row, int rows) {
    if (other == null || other.dtype() != one.dtype() || !other.shape().equals(one.shape())) {
      return false;
    }
    if (TensorNumbers.isFloat(one.dtype())) {
      return largestDifference(one, other, row, rows) <= TOLERANCE;
    }
    int width = (int) (one.shape().elementCount() / rows);
    if (one.dtype() == DataType.STRING) {
      int from = row * width;
      return one.strings()
          .subList(from, from + width)
          .equals(other.strings().subList(from, from + width));
    }
    int size = width * one.dtype().byteSize();
    return one.bytes().slice(row * size, size).equals(other.bytes().slice(row * size, size));
  }

  /** Over one of so many equal parts; 0 for what is not of floats, or not of the same shape. */
  private static double largestDifference(
      TensorData one, @Nullable TensorData other, int part, int parts) {
    if (other == null
        || !TensorNumbers.isFloat(one.dtype())
        || other.dtype() != one.dtype()
        || !other.shape().equals(one.shape())) {
      return 0;
    }
    TensorNumbers ones = new TensorNumbers(one);
    TensorNumbers others = new TensorNumbers(other);
    int width = (int) (one.shape().elementCount() / parts);
    double largest = 0;
    for (int i = part * width; i < (part + 1) * width; i++) {
      largest = Math.max(largest, difference(ones.number(i), others.number(i)));
    }
    return largest;
  }

  private static double difference(double one, double other) {
    if (Double.compare(one, other) == 0) {
      return 0;
    }
    double difference = Math.abs(one - other);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
