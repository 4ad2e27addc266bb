package dev.millrace.client.cli;

import dev.millrace.client.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A tensor on one line: its type and shape, and its first elements. */
final class TensorWords {
  private static final int MOST_ELEMENTS = 12;
  private static final int LONGEST_WORD = 40;

  private TensorWords() {}

  static String of(Tensor tensor) {
    List<String> elements = new ArrayList<>();
    switch (tensor.dtype()) {
      case FLOAT32 -> {
        for (float value : tensor.floats()) {
          elements.add(Float.toString(value));
        }
      }
      case INT64 -> Arrays.stream(tensor.longs()).forEach(value -> elements.add("" + value));
      case INT32 -> Arrays.stream(tensor.ints()).forEach(value -> elements.add("" + value));
      case STRING -> tensor.strings().forEach(bytes -> elements.add(word(bytes)));
      default -> elements.add("...");
    }
    List<String> first = elements.subList(0, Math.min(MOST_ELEMENTS, elements.size()));
    String more = elements.size() > MOST_ELEMENTS ? ", ..." : "";
    return tensor.dtype()
        + Arrays.toString(tensor.shape()).replace(" ", "")
        + " "
        + String.join(", ", first)
        + more;
  }

  /** Text without what a terminal would obey; bytes that are none are counted. */
  private static String word(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    boolean isText = text.codePoints().noneMatch(c -> c == 0xFFFD || Character.isISOControl(c));
    if (!isText) {
      return bytes.length + " bytes";
    }
    return "'"
        + (text.length() > LONGEST_WORD ? text.substring(0, LONGEST_WORD) + "..." : text)
        + "'";
  }
}
