package dev.millrace.server.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A dense tensor on the Java side: element type, shape, and elements. Immutable as long as the
 * owner of the memory behind {@link #bytes()} leaves it alone; the constructors copy nothing.
 */
public final class TensorData {
  private final DataType dtype;
  private final Shape shape;
  private final ByteBuffer bytes;
  private final List<ByteBuffer> strings;

  private TensorData(DataType dtype, Shape shape, ByteBuffer bytes, List<ByteBuffer> strings) {
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
    this.strings = strings;
  }

  /**
   * A tensor of fixed-size elements.
   *
   * @param bytes the elements from position to limit, little-endian and row-major; not copied
   * @throws IllegalArgumentException if the bytes are more or fewer than the shape asks for, or the
   *     type is STRING
   */
  public static TensorData ofBytes(DataType dtype, Shape shape, ByteBuffer bytes) {
    if (dtype == DataType.STRING) {
      throw new IllegalArgumentException("a STRING tensor is made of strings");
    }
    if (shape.elementCount() != (double) bytes.remaining() / dtype.byteSize()) {
      throw new IllegalArgumentException(
          dtype.toString() + shape + " does not fit " + bytes.remaining() + " bytes");
    }
    return new TensorData(dtype, shape, bytes.slice(), List.of());
  }

  /**
   * A STRING tensor.
   *
   * @param strings the elements, row-major; the buffers are not copied
   * @throws IllegalArgumentException if there are more or fewer than the shape asks for
   */
  public static TensorData ofStrings(Shape shape, List<ByteBuffer> strings) {
    if (shape.elementCount() != strings.size()) {
      throw new IllegalArgumentException(
          "STRING" + shape + " does not fit " + strings.size() + " strings");
    }
    return new TensorData(DataType.STRING, shape, ByteBuffer.allocate(0), List.copyOf(strings));
  }

  /** The element type. */
  public DataType dtype() {
    return dtype;
  }

  /** The shape. */
  public Shape shape() {
    return shape;
  }

  /**
   * The elements, little-endian and row-major, as a read-only view with a position of its own.
   * Empty for STRING.
   */
  public ByteBuffer bytes() {
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements of a STRING tensor, row-major; read only through {@link ByteBuffer#duplicate()}.
   */
  public List<ByteBuffer> strings() {
    return strings;
  }

  /** Bytes of payload: the elements, or the sum of the strings' lengths. */
  public long byteCount() {
    return dtype == DataType.STRING
        ? strings.stream().mapToLong(ByteBuffer::remaining).sum()
        : bytes.remaining();
  }

  @Override
  public String toString() {
    return dtype.toString() + shape;
  }
}
