package dev.millrace.server.inference;

import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Tensors by name, seen as rows along their first dimension. */
final class Rows {
  /** The tensors do not agree on a number of rows. */
  static final int UNEQUAL = -1;

  private Rows() {}

  /** The number of rows that all tensors have, or {@link #UNEQUAL}. */
  static int common(Map<String, TensorData> tensors) {
    long rows = UNEQUAL;
    for (TensorData tensor : tensors.values()) {
      if (tensor.shape().rank() == 0 || (rows >= 0 && tensor.shape().size(0) != rows)) {
        return UNEQUAL;
      }
      rows = tensor.shape().size(0);
    }
    return rows > Integer.MAX_VALUE ? UNEQUAL : (int) rows;
  }

  /** Shapes of one row of each tensor, in the order of the names. */
  static List<Shape> rowShapes(Map<String, TensorData> tensors) {
    if (tensors.size() == 1) {
      return List.of(tensors.values().iterator().next().shape().withRows(1));
    }
    List<Shape> shapes = new ArrayList<>(tensors.size());
    new TreeMap<>(tensors).values().forEach(tensor -> shapes.add(tensor.shape().withRows(1)));
    return shapes;
  }

  static Map<String, TensorData> slice(Map<String, TensorData> tensors, int from, int count) {
    Map<String, TensorData> rows = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> rows.put(name, tensor.rows(from, count)));
    return rows;
  }

  /** All rows one after the other, and the last one again as often as the padding asks for. */
  static Map<String, TensorData> join(List<Map<String, TensorData>> all, int padding) {
    Map<String, TensorData> joined = new LinkedHashMap<>();
    for (String name : all.get(0).keySet()) {
      List<TensorData> tensors = new ArrayList<>(all.size() + padding);
      all.forEach(each -> tensors.add(named(each, name)));
      TensorData last = tensors.get(tensors.size() - 1);
      for (int i = 0; i < padding; i++) {
        tensors.add(last.rows(last.shape().size(0) - 1, 1));
      }
      joined.put(name, TensorData.join(tensors));
    }
    return joined;
  }

  static TensorData named(Map<String, TensorData> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name));
  }
}
