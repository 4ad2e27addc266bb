package dev.millrace.server.tensorflow.trial;

import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares an answer with the one that was promised: floats within 0.001 of one another, or of one
 * part in a thousand (half floats: 0.01), everything else to the bit.
 */
final class GoldenValues {
  private static final double FINE = 1e-3;
  // Half floats have eight to eleven bits.
  private static final double COARSE = 1e-2;

  private GoldenValues() {}

  /** How they differ, in words; empty when they do not. */
  static Optional<String> difference(TensorData expected, @Nullable TensorData got) {
    if (got == null || got.dtype() != expected.dtype() || !got.shape().equals(expected.shape())) {
      return Optional.of("expected " + expected + ", got " + got);
    }
    return switch (expected.dtype()) {
      case FLOAT32, COMPLEX64 -> floats(expected.bytes(), got.bytes(), FINE, ByteBuffer::getFloat);
      case FLOAT64, COMPLEX128 ->
          floats(expected.bytes(), got.bytes(), FINE, ByteBuffer::getDouble);
      case FLOAT16 ->
          floats(
              expected.bytes(),
              got.bytes(),
              COARSE,
              bytes -> HalfFloats.fromFloat16(bytes.getShort()));
      case BFLOAT16 ->
          floats(
              expected.bytes(),
              got.bytes(),
              COARSE,
              bytes -> HalfFloats.fromBfloat16(bytes.getShort()));
      case STRING ->
          expected.strings().equals(got.strings())
              ? Optional.empty()
              : Optional.of("the strings are others");
      default ->
          expected.bytes().equals(got.bytes())
              ? Optional.empty()
              : Optional.of("the values are others");
    };
  }

  /** Takes one value out of a buffer. */
  private interface Reader {
    double next(ByteBuffer bytes);
  }

  private static Optional<String> floats(
      ByteBuffer expected, ByteBuffer got, double tolerance, Reader reader) {
    for (int place = 0; expected.hasRemaining(); place++) {
      double wanted = reader.next(expected);
      double value = reader.next(got);
      boolean near = Math.abs(wanted - value) <= tolerance * Math.max(1, Math.abs(wanted));
      if (!near && Double.compare(wanted, value) != 0) {
        return Optional.of("value " + place + " is " + value + " and not " + wanted);
      }
    }
    return Optional.empty();
  }
}
