package dev.millrace.server.tensor;

import org.jspecify.annotations.Nullable;

/** An element type; those of TensorFlow, by TensorFlow's own numbers. */
public enum DataType {
  FLOAT32(1, 4),
  FLOAT64(2, 8),
  INT32(3, 4),
  UINT8(4, 1),
  INT16(5, 2),
  INT8(6, 1),
  STRING(7, 0),
  COMPLEX64(8, 8),
  INT64(9, 8),
  BOOL(10, 1),
  QINT8(11, 1),
  QUINT8(12, 1),
  QINT32(13, 4),
  BFLOAT16(14, 2),
  QINT16(15, 2),
  QUINT16(16, 2),
  UINT16(17, 2),
  COMPLEX128(18, 16),
  FLOAT16(19, 2),
  UINT32(22, 4),
  UINT64(23, 8);

  private static final @Nullable DataType[] BY_NUMBER = new DataType[24];

  static {
    for (DataType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final int byteSize;

  DataType(int number, int byteSize) {
    this.number = number;
    this.byteSize = byteSize;
  }

  /** TensorFlow's number of this type, as in its {@code DataType} enum. */
  public int number() {
    return number;
  }

  /** Bytes an element takes; 0 for {@link #STRING}, whose elements have no fixed size. */
  public int byteSize() {
    return byteSize;
  }

  /**
   * The type of a TensorFlow number.
   *
   * @throws IllegalArgumentException for a number that is no dense element type
   */
  public static DataType ofNumber(int number) {
    DataType type = number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    if (type != null) {
      return type;
    }
    throw new IllegalArgumentException("no dense element type has the number " + number);
  }
}
