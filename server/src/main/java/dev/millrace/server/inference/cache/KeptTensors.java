package dev.millrace.server.inference.cache;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/** Tensors by name that outlive the request they belong to: their copies, weight and order. */
final class KeptTensors {
  private static final long WEIGHT_OF_TENSOR = 256;
  private static final long WEIGHT_OF_STRING = 64;

  private KeptTensors() {}

  /** Bytes on the heap when kept, objects around the elements included. */
  static long weight(Map<String, TensorData> tensors) {
    long weight = 0;
    for (Map.Entry<String, TensorData> tensor : tensors.entrySet()) {
      weight += WEIGHT_OF_TENSOR + 2L * tensor.getKey().length();
      weight += tensor.getValue().byteCount();
      weight += WEIGHT_OF_STRING * tensor.getValue().strings().size();
    }
    return weight;
  }

  /** The same tensors in memory of their own; at most 2 GiB each. */
  static Map<String, TensorData> copy(Map<String, TensorData> tensors) {
    Map<String, TensorData> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.copied()));
    return copies;
  }

  /** Orders by content; zero for the same names, types, shapes and bytes, and only for these. */
  static int compare(SortedMap<String, TensorData> one, SortedMap<String, TensorData> other) {
    int order = Integer.compare(one.size(), other.size());
    Iterator<Map.Entry<String, TensorData>> others = other.entrySet().iterator();
    for (Map.Entry<String, TensorData> mine : one.entrySet()) {
      if (order != 0) {
        return order;
      }
      Map.Entry<String, TensorData> theirs = others.next();
      order = mine.getKey().compareTo(theirs.getKey());
      order = order != 0 ? order : compare(mine.getValue(), theirs.getValue());
    }
    return order;
  }

  private static int compare(TensorData one, TensorData other) {
    int order = one.dtype().compareTo(other.dtype());
    order = order != 0 ? order : Arrays.compare(one.shape().toArray(), other.shape().toArray());
    if (order != 0) {
      return order;
    }
    if (one.dtype() != DataType.STRING) {
      return one.bytes().compareTo(other.bytes());
    }
    for (int i = 0; order == 0 && i < one.strings().size(); i++) {
      order = one.strings().get(i).compareTo(other.strings().get(i));
    }
    return order;
  }
}
