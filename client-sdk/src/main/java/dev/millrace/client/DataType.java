package dev.millrace.client;

/** An element type of a tensor; those of TensorFlow. */
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

  private final int number;
  private final int byteSize;

  DataType(int number, int byteSize) {
    this.number = number;
    this.byteSize = byteSize;
  }

  /** Bytes an element takes; 0 for {@link #STRING}. */
  public int byteSize() {
    return byteSize;
  }

  int number() {
    return number;
  }

  static DataType ofNumber(int number) {
    for (DataType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    throw new IllegalArgumentException("unknown element type " + number);
  }
}
