package dev.millrace.server.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A dense tensor on the Java side: element type, shape, and elements. Immutable as long as the
 * owner of the memory behind it leaves it alone. Nothing here copies elements but {@link #bytes()}
 * of a joined tensor.
 */
public final class TensorData {
  private final DataType dtype;
  private final Shape shape;
  private final List<ByteBuffer> parts;
  private final List<ByteBuffer> strings;

  private TensorData(
      DataType dtype, Shape shape, List<ByteBuffer> parts, List<ByteBuffer> strings) {
    this.dtype = dtype;
    this.shape = shape;
    this.parts = parts;
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
    return new TensorData(dtype, shape, List.of(bytes.slice()), List.of());
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
    return new TensorData(DataType.STRING, shape, List.of(), List.copyOf(strings));
  }

  /**
   * Tensors one after the other along their first dimension.
   *
   * @param tensors at least one, of one type, rank 1 or more, and equal sizes but the first
   * @throws IllegalArgumentException if they are not
   */
  public static TensorData join(List<TensorData> tensors) {
    TensorData first = tensors.get(0);
    if (tensors.size() == 1) {
      return first;
    }
    long rows = 0;
    Shape ofRow = rowShape(first);
    List<ByteBuffer> parts = new ArrayList<>(tensors.size());
    List<ByteBuffer> strings = new ArrayList<>();
    for (TensorData tensor : tensors) {
      if (tensor.dtype != first.dtype || (tensor != first && !rowShape(tensor).equals(ofRow))) {
        throw new IllegalArgumentException(tensor + " cannot follow " + first);
      }
      rows = Math.addExact(rows, tensor.shape.size(0));
      parts.addAll(tensor.parts);
      strings.addAll(tensor.strings);
    }
    return new TensorData(first.dtype, first.shape.withRows(rows), parts, strings);
  }

  private static Shape rowShape(TensorData tensor) {
    if (tensor.shape.rank() == 0) {
      throw new IllegalArgumentException("a scalar has no rows");
    }
    return tensor.shape.withRows(1);
  }

  /**
   * Some rows of this tensor, as a view; the rank must be 1 or more.
   *
   * @param from first row
   * @param count number of rows
   */
  public TensorData rows(long from, long count) {
    if (from == 0 && count == shape.size(0)) {
      return this;
    }
    Shape part = shape.withRows(count);
    int elements = Math.toIntExact(shape.withRows(1).elementCount());
    int start = Math.toIntExact(from * elements);
    int length = Math.toIntExact(count * elements);
    if (dtype == DataType.STRING) {
      return new TensorData(dtype, part, parts, strings.subList(start, start + length));
    }
    ByteBuffer view = whole().slice(start * dtype.byteSize(), length * dtype.byteSize());
    return new TensorData(dtype, part, List.of(view), strings);
  }

  /** The same tensor in memory of its own; at most 2 GiB. */
  public TensorData copied() {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(byteCount()));
    if (dtype != DataType.STRING) {
      parts.forEach(part -> all.put(part.duplicate()));
      return ofBytes(dtype, shape, all.flip());
    }
    List<ByteBuffer> copies = new ArrayList<>(strings.size());
    for (ByteBuffer string : strings) {
      int from = all.position();
      all.put(string.duplicate());
      copies.add(all.slice(from, all.position() - from).asReadOnlyBuffer());
    }
    return ofStrings(shape, copies);
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
   * Empty for STRING. Copies when the tensor was joined of several.
   */
  public ByteBuffer bytes() {
    return whole().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer whole() {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(byteCount(parts)));
    parts.forEach(part -> whole.put(part.duplicate()));
    return whole.flip();
  }

  /** The elements as {@link #bytes()} gives them, in the pieces that they lie in; never copied. */
  public List<ByteBuffer> parts() {
    return parts.stream()
        .map(part -> part.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN))
        .toList();
  }

  /**
   * The same pieces as views of the memory itself, for codecs that hand it on without a copy; never
   * to be written to.
   */
  public List<ByteBuffer> sharedParts() {
    return parts.stream().map(part -> part.duplicate().order(ByteOrder.LITTLE_ENDIAN)).toList();
  }

  /**
   * The elements of a STRING tensor, row-major; read only through {@link ByteBuffer#duplicate()}.
   */
  public List<ByteBuffer> strings() {
    return strings;
  }

  /** Bytes of payload: the elements, or the sum of the strings' lengths. */
  public long byteCount() {
    return byteCount(dtype == DataType.STRING ? strings : parts);
  }

  private static long byteCount(List<ByteBuffer> buffers) {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    return bytes;
  }

  @Override
  public String toString() {
    return dtype.toString() + shape;
  }
}
