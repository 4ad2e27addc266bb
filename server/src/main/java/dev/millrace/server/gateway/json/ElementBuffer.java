package dev.millrace.server.gateway.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Elements one after the other, little-endian, in one array that grows. Confined to one thread. */
final class ElementBuffer {
  // What a string costs on the heap besides its bytes.
  private static final int STRING_COST = 64;
  private static final int PREFIX = 4;
  private static final int LARGEST = Integer.MAX_VALUE - 16;
  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private final ByteBudget budget;
  private byte[] bytes;
  private int size;

  ElementBuffer(int sizeHint, ByteBudget budget) {
    this.bytes = new byte[Math.max(64, sizeHint)];
    this.budget = budget;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  void putByte(int value) {
    int at = next(1);
    bytes[at] = (byte) value;
  }

  void putShort(int value) {
    int at = next(2);
    SHORTS.set(bytes, at, (short) value);
  }

  void putInt(int value) {
    int at = next(4);
    INTS.set(bytes, at, value);
  }

  void putLong(long value) {
    int at = next(8);
    LONGS.set(bytes, at, value);
  }

  /** A string's length in four bytes, and the string. */
  void putString(byte[] string) {
    budget.take(STRING_COST);
    int at = next(Math.addExact(PREFIX, string.length));
    INTS.set(bytes, at, string.length);
    System.arraycopy(string, 0, bytes, at + PREFIX, string.length);
  }

  /** What is in it, not copied. */
  ByteBuffer toBuffer() {
    return ByteBuffer.wrap(bytes, 0, size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int next(int length) {
    int at = size;
    if (length > bytes.length - at) {
      grow(length);
    }
    size = at + length;
    return at;
  }

  /** Memory is charged as it is taken, so that the loop over elements does not count. */
  private void grow(int length) {
    long needed = (long) size + length - bytes.length;
    long wanted = Math.max(needed, Math.min(bytes.length, LARGEST - bytes.length));
    bytes = Arrays.copyOf(bytes, Math.toIntExact(bytes.length + budget.grant(wanted, needed)));
  }
}
