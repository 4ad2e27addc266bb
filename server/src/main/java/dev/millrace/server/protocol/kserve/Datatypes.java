package dev.millrace.server.protocol.kserve;

import dev.millrace.server.tensor.DataType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The protocol's names of element types. It has none for complex and quantised numbers, which go by
 * TensorFlow's own.
 */
final class Datatypes {
  private static final Map<DataType, String> NAMES = new EnumMap<>(DataType.class);
  private static final Map<String, DataType> TYPES = new HashMap<>();

  static {
    NAMES.put(DataType.FLOAT16, "FP16");
    NAMES.put(DataType.BFLOAT16, "BF16");
    NAMES.put(DataType.FLOAT32, "FP32");
    NAMES.put(DataType.FLOAT64, "FP64");
    NAMES.put(DataType.STRING, "BYTES");
    for (DataType type : DataType.values()) {
      TYPES.put(NAMES.computeIfAbsent(type, DataType::name), type);
    }
  }

  private Datatypes() {}

  static String name(DataType type) {
    return NAMES.getOrDefault(type, type.name());
  }

  static Optional<DataType> of(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** Triton's number of a type in a model's configuration. */
  static dev.millrace.proto.inference.DataType configured(DataType type) {
    String name = type == DataType.STRING ? "STRING" : name(type);
    try {
      return dev.millrace.proto.inference.DataType.valueOf("TYPE_" + name);
    } catch (IllegalArgumentException notInTheProtocol) {
      return dev.millrace.proto.inference.DataType.TYPE_INVALID;
    }
  }
}
