package dev.millrace.server.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;

/** Turns a message's typed values into little-endian bytes, without boxing. Stateless. */
public final class TypedBytes {
  /** A float by index, where the JDK has no such function. */
  @FunctionalInterface
  public interface Floats {
    /** The value at an index. */
    float at(int index);
  }

  private TypedBytes() {}

  /** Floats, 4 bytes each. */
  public static ByteBuffer ofFloats(int count, Floats values) {
    ByteBuffer bytes = allocate(count, 4);
    for (int i = 0; i < count; i++) {
      bytes.putFloat(values.at(i));
    }
    return bytes.flip();
  }

  /** Doubles, 8 bytes each. */
  public static ByteBuffer ofDoubles(int count, IntToDoubleFunction values) {
    ByteBuffer bytes = allocate(count, 8);
    for (int i = 0; i < count; i++) {
      bytes.putDouble(values.applyAsDouble(i));
    }
    return bytes.flip();
  }

  /** Booleans, a byte each. */
  public static ByteBuffer ofBooleans(int count, IntPredicate values) {
    ByteBuffer bytes = allocate(count, 1);
    for (int i = 0; i < count; i++) {
      bytes.put((byte) (values.test(i) ? 1 : 0));
    }
    return bytes.flip();
  }

  /** The low bytes of whole numbers, 1, 2, 4 or 8 of each. */
  public static ByteBuffer ofLongs(int count, int byteSize, IntToLongFunction values) {
    ByteBuffer bytes = allocate(count, byteSize);
    for (int i = 0; i < count; i++) {
      long value = values.applyAsLong(i);
      switch (byteSize) {
        case 1 -> bytes.put((byte) value);
        case 2 -> bytes.putShort((short) value);
        case 4 -> bytes.putInt((int) value);
        default -> bytes.putLong(value);
      }
    }
    return bytes.flip();
  }

  /** Index of the first value that is out of a range; empty when all are in it. */
  public static OptionalInt firstOutside(
      int count, long least, long most, IntToLongFunction values) {
    for (int i = 0; i < count; i++) {
      long value = values.applyAsLong(i);
      if (value < least || value > most) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private static ByteBuffer allocate(int count, int byteSize) {
    return ByteBuffer.allocate(Math.multiplyExact(count, byteSize)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
