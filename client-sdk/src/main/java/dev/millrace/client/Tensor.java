package dev.millrace.client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A dense tensor: element type, shape and elements. Immutable; the factories copy what they are
 * given once at most.
 */
public final class Tensor {
  private final DataType dtype;
  private final long[] shape;
  private final ByteBuffer bytes;
  private final List<byte[]> strings;

  private Tensor(DataType dtype, long[] shape, ByteBuffer bytes, List<byte[]> strings) {
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
    this.strings = strings;
  }

  /**
   * FLOAT32 of any shape.
   *
   * @param values row-major
   * @throws IllegalArgumentException if there are more or fewer values than the shape asks for
   */
  public static Tensor ofFloats(float[] values, long... shape) {
    ByteBuffer bytes = allocate(values.length, DataType.FLOAT32);
    bytes.asFloatBuffer().put(values);
    return ofBytes(DataType.FLOAT32, bytes, shape);
  }

  /**
   * FLOAT32 with one row an example.
   *
   * @param rows all of the same length
   * @param exampleShape shape of one example, such as 28, 28, 1; left out, it is the row's length
   * @throws IllegalArgumentException if the rows are ragged or do not fit the shape
   */
  public static Tensor ofRows(float[][] rows, long... exampleShape) {
    int length = rows.length == 0 ? 0 : rows[0].length;
    ByteBuffer bytes = allocate(Math.multiplyExact(rows.length, length), DataType.FLOAT32);
    for (float[] row : rows) {
      if (row.length != length) {
        throw new IllegalArgumentException(
            "rows of " + length + " and of " + row.length + " values in one tensor");
      }
      bytes.asFloatBuffer().put(row);
      bytes.position(bytes.position() + length * Float.BYTES);
    }
    long[] inner = exampleShape.length == 0 ? new long[] {length} : exampleShape;
    long[] shape = new long[inner.length + 1];
    shape[0] = rows.length;
    System.arraycopy(inner, 0, shape, 1, inner.length);
    return ofBytes(DataType.FLOAT32, bytes.flip(), shape);
  }

  /** INT64 of any shape. */
  public static Tensor ofLongs(long[] values, long... shape) {
    ByteBuffer bytes = allocate(values.length, DataType.INT64);
    bytes.asLongBuffer().put(values);
    return ofBytes(DataType.INT64, bytes, shape);
  }

  /** INT32 of any shape. */
  public static Tensor ofInts(int[] values, long... shape) {
    ByteBuffer bytes = allocate(values.length, DataType.INT32);
    bytes.asIntBuffer().put(values);
    return ofBytes(DataType.INT32, bytes, shape);
  }

  /**
   * Any type of fixed-size elements.
   *
   * @param bytes the elements from position to limit, little-endian and row-major; not copied, and
   *     not to be changed
   * @throws IllegalArgumentException if the bytes do not fit the shape
   */
  public static Tensor ofBytes(DataType dtype, ByteBuffer bytes, long... shape) {
    if (dtype == DataType.STRING) {
      throw new IllegalArgumentException("STRING tensors are made by ofStrings");
    }
    requireFit(count(shape), bytes.remaining() / dtype.byteSize(), dtype, shape);
    requireFit(0, bytes.remaining() % dtype.byteSize(), dtype, shape);
    return new Tensor(dtype, shape.clone(), bytes.slice(), List.of());
  }

  /**
   * STRING of any shape; the elements are any bytes, such as a PNG file's.
   *
   * @throws IllegalArgumentException if there are more or fewer elements than the shape asks for
   */
  public static Tensor ofStrings(List<byte[]> elements, long... shape) {
    requireFit(count(shape), elements.size(), DataType.STRING, shape);
    return new Tensor(
        DataType.STRING,
        shape.clone(),
        ByteBuffer.allocate(0),
        elements.stream().map(byte[]::clone).toList());
  }

  /** The element type. */
  public DataType dtype() {
    return dtype;
  }

  /** Size of each dimension, as a copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** The elements, little-endian and row-major, read-only. Empty for STRING. */
  public ByteBuffer bytes() {
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a FLOAT32 tensor, row-major. */
  public float[] floats() {
    require(DataType.FLOAT32);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes().asFloatBuffer().get(values);
    return values;
  }

  /** The elements of a FLOAT32 tensor, one row for each index of the first dimension. */
  public float[][] rows() {
    float[] values = floats();
    int count = shape.length == 0 ? 1 : Math.toIntExact(shape[0]);
    int length = count == 0 ? 0 : values.length / count;
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(values, i * length, (i + 1) * length);
    }
    return rows;
  }

  /** The elements of an INT64 tensor, row-major. */
  public long[] longs() {
    require(DataType.INT64);
    long[] values = new long[bytes.remaining() / Long.BYTES];
    bytes().asLongBuffer().get(values);
    return values;
  }

  /** The elements of an INT32 tensor, row-major. */
  public int[] ints() {
    require(DataType.INT32);
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes().asIntBuffer().get(values);
    return values;
  }

  /** The elements of a STRING tensor, row-major. */
  public List<byte[]> strings() {
    require(DataType.STRING);
    return strings.stream().map(byte[]::clone).toList();
  }

  private void require(DataType wanted) {
    if (dtype != wanted) {
      throw new IllegalStateException("the tensor is " + dtype + ", not " + wanted);
    }
  }

  private static ByteBuffer allocate(int count, DataType dtype) {
    return ByteBuffer.allocate(Math.multiplyExact(count, dtype.byteSize()))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("dimension " + size + " is negative");
      }
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  private static void requireFit(long expected, long given, DataType dtype, long[] shape) {
    if (expected != given) {
      throw new IllegalArgumentException(
          dtype + " " + Arrays.toString(shape) + " does not fit the elements given");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && dtype == tensor.dtype
        && Arrays.equals(shape, tensor.shape)
        && bytes.equals(tensor.bytes)
        && Arrays.deepEquals(strings.toArray(), tensor.strings.toArray());
  }

  @Override
  public int hashCode() {
    return Objects.hash(dtype, Arrays.hashCode(shape), bytes);
  }

  /** Type and shape, such as {@code FLOAT32 [1, 28, 28, 1]}. */
  @Override
  public String toString() {
    return dtype + " " + Arrays.toString(shape);
  }
}
