package dev.millrace.server.catalog;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Inputs for a signature that nobody has given any for: every open dimension is 1. The first kind
 * is zeros and empty strings, which most models take; the second has values that differ from place
 * to place, so that rows can be told apart.
 */
final class Examples {
  private static final long LARGEST_INPUT = 64L << 20;
  // What TensorFlow takes for one that is short.
  private static final int BYTES_OF_STRING = 24;

  private Examples() {}

  /** Why none can be made; empty when they can. */
  static Optional<String> obstacle(Signature signature) {
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      TensorSpec spec = input.getValue();
      String name = "input '" + input.getKey() + "' ";
      if (spec.shape().isUnknownRank()) {
        return Optional.of(name + "has no known rank");
      }
      if (isTooLarge(spec)) {
        return Optional.of(name + "is larger than 64 MiB");
      }
    }
    return Optional.empty();
  }

  private static boolean isTooLarge(TensorSpec spec) {
    int bytes = spec.dtype() == DataType.STRING ? BYTES_OF_STRING : spec.dtype().byteSize();
    try {
      return shape(spec).elementCount() > LARGEST_INPUT / bytes;
    } catch (IllegalArgumentException countOverflows) {
      return true;
    }
  }

  /** Zeros and empty strings. */
  static Map<String, TensorData> plain(Signature signature) {
    Map<String, TensorData> inputs = new HashMap<>();
    signature.inputs().forEach((name, spec) -> inputs.put(name, zeros(spec)));
    return inputs;
  }

  /**
   * Values in 0..1 for decimals, zeros and ones in turn for whole numbers, words for strings; an
   * odd seed and an even one give rows that differ.
   */
  static Map<String, TensorData> varied(Signature signature, long seed) {
    Random random = new Random(seed);
    Map<String, TensorData> inputs = new HashMap<>();
    signature
        .inputs()
        .forEach((name, spec) -> inputs.put(name, varied(spec, random, seed % 2 == 0)));
    return inputs;
  }

  private static TensorData zeros(TensorSpec spec) {
    Shape shape = shape(spec);
    int count = Math.toIntExact(shape.elementCount());
    return spec.dtype() == DataType.STRING
        ? TensorData.ofStrings(shape, Collections.nCopies(count, ByteBuffer.allocate(0)))
        : TensorData.ofBytes(
            spec.dtype(), shape, ByteBuffer.allocate(count * spec.dtype().byteSize()));
  }

  private static TensorData varied(TensorSpec spec, Random random, boolean even) {
    Shape shape = shape(spec);
    int count = Math.toIntExact(shape.elementCount());
    if (spec.dtype() == DataType.STRING) {
      List<ByteBuffer> words = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        byte letter = (byte) ('a' + 2 * random.nextInt(13) + (even ? 0 : 1));
        words.add(ByteBuffer.wrap(new byte[] {letter, 'b', ' ', 'c'}));
      }
      return TensorData.ofStrings(shape, words);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(count * spec.dtype().byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    int first = even ? 0 : 1;
    for (int i = 0; i < count; i++) {
      int bit = (first + i) % 2;
      float decimal = (bit + random.nextFloat()) / 2;
      switch (spec.dtype()) {
        case FLOAT32 -> bytes.putFloat(decimal);
        case FLOAT64 -> bytes.putDouble(decimal);
        case FLOAT16 -> bytes.putShort(HalfFloats.toFloat16(decimal));
        case BFLOAT16 -> bytes.putShort(HalfFloats.toBfloat16(decimal));
        case COMPLEX64 -> bytes.putFloat(decimal).putFloat(random.nextFloat());
        case COMPLEX128 -> bytes.putDouble(decimal).putDouble(random.nextDouble());
        default -> {
          bytes.put((byte) bit);
          bytes.position(bytes.position() + spec.dtype().byteSize() - 1);
        }
      }
    }
    return TensorData.ofBytes(spec.dtype(), shape, bytes.flip());
  }

  private static Shape shape(TensorSpec spec) {
    long[] sizes = spec.shape().toArray();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = sizes[i] < 0 ? 1 : sizes[i];
    }
    return Shape.of(sizes);
  }
}
