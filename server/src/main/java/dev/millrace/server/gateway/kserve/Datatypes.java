package dev.millrace.server.gateway.kserve;

import dev.millrace.server.tensor.DataType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The protocol's names of element types; what it has no name for goes by TensorFlow's. Stateless.
 */
final class Datatypes {
  private static final Map<String, DataType> TYPES = new HashMap<>();

  static {
    for (DataType type : DataType.values()) {
      TYPES.put(name(type), type);
    }
  }

  private Datatypes() {}

  static Optional<DataType> of(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** Of a name in a model's configuration, such as {@code TYPE_FP32}. */
  static Optional<DataType> ofConfigured(String name) {
    return name.equals("TYPE_STRING")
        ? Optional.of(DataType.STRING)
        : of(name.substring(name.indexOf('_') + 1));
  }

  static String name(DataType type) {
    return switch (type) {
      case FLOAT16 -> "FP16";
      case BFLOAT16 -> "BF16";
      case FLOAT32 -> "FP32";
      case FLOAT64 -> "FP64";
      case STRING -> "BYTES";
      default -> type.name();
    };
  }
}
