package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.ByteString;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads tensors in both of their forms: raw bytes, which are wrapped and not copied, and typed
 * values, the last of which stands for all that are missing. Stateless.
 */
final class TensorReader {
  private static final int MOST_DIMENSIONS = 254;
  // What an element costs besides its bytes, on either side.
  private static final int STRING_COST = 32;

  private TensorReader() {}

  /**
   * A tensor.
   *
   * @param alias its name, for errors
   * @throws ServingException DTYPE_MISMATCH, SHAPE_MISMATCH, DATA_SIZE_MISMATCH, VALUE_REJECTED or
   *     REQUEST_TOO_LARGE
   */
  static TensorData read(String alias, TensorProto proto, ExpansionBudget budget) {
    DataType dtype = dtype(alias, proto);
    Shape shape = shape(alias, proto.getTensorShape());
    ByteString content = proto.getTensorContent();
    long count = shape.elementCount();
    if (dtype == DataType.STRING) {
      return TensorData.ofStrings(shape, strings(alias, proto, count, budget));
    }
    if (!content.isEmpty()) {
      if (content.size() != (double) count * dtype.byteSize()) {
        throw unreadable(
            alias,
            ErrorReason.DATA_SIZE_MISMATCH,
            "expected tensor_content of "
                + count * dtype.byteSize()
                + " bytes for "
                + dtype
                + " "
                + shape
                + ", got "
                + content.size());
      }
      return TensorData.ofBytes(dtype, shape, content.asReadOnlyByteBuffer());
    }
    int given = TypedValues.count(proto, dtype);
    requireFit(alias, given, count);
    budget.take(count, dtype.byteSize());
    ByteBuffer values = TypedValues.read(alias, proto, dtype, given);
    return TensorData.ofBytes(dtype, shape, repeatLast(values, count, dtype.byteSize()));
  }

  static ServingException unreadable(String alias, ErrorReason reason, String why) {
    return new ServingException(
        reason, "tensor parsing error: " + FieldPath.shown(alias) + ": " + why);
  }

  private static ByteBuffer repeatLast(ByteBuffer values, long count, int byteSize) {
    int size = Math.toIntExact(count * byteSize);
    int given = values.remaining();
    if (given == size) {
      return values;
    }
    byte[] all = new byte[size];
    values.get(all, 0, given);
    if (given > 0) {
      for (int at = given; at < size; at += byteSize) {
        System.arraycopy(all, given - byteSize, all, at, byteSize);
      }
    }
    return ByteBuffer.wrap(all);
  }

  private static List<ByteBuffer> strings(
      String alias, TensorProto proto, long count, ExpansionBudget budget) {
    if (proto.getStringValCount() == 0 && !proto.getTensorContent().isEmpty()) {
      return StringContent.read(alias, proto.getTensorContent(), count);
    }
    int given = proto.getStringValCount();
    requireFit(alias, given, count);
    long lastSize = given == 0 ? 0 : proto.getStringVal(given - 1).size();
    budget.take(count - given, lastSize + STRING_COST);
    List<ByteBuffer> strings = new ArrayList<>((int) count);
    for (int i = 0; i < given; i++) {
      strings.add(proto.getStringVal(i).asReadOnlyByteBuffer());
    }
    ByteBuffer last = given == 0 ? ByteBuffer.allocate(0) : strings.get(given - 1);
    for (long i = given; i < count; i++) {
      strings.add(last);
    }
    return strings;
  }

  private static void requireFit(String alias, int given, long count) {
    if (given > count) {
      throw unreadable(
          alias,
          ErrorReason.DATA_SIZE_MISMATCH,
          "expected at most " + count + " values, got " + given);
    }
  }

  private static DataType dtype(String alias, TensorProto proto) {
    try {
      return DataType.ofNumber(proto.getDtypeValue());
    } catch (IllegalArgumentException unknown) {
      throw unreadable(
          alias,
          ErrorReason.DTYPE_MISMATCH,
          "expected a dtype such as DT_FLOAT, got "
              + (proto.getDtypeValue() == 0 ? "none" : "number " + proto.getDtypeValue()));
    }
  }

  private static Shape shape(String alias, TensorShapeProto proto) {
    try {
      if (proto.getUnknownRank()) {
        throw new IllegalArgumentException("its rank is unknown");
      }
      if (proto.getDimCount() > MOST_DIMENSIONS) {
        throw new IllegalArgumentException("it has more than 254 dimensions");
      }
      long[] sizes = new long[proto.getDimCount()];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = proto.getDim(i).getSize();
      }
      return Shape.of(sizes);
    } catch (IllegalArgumentException impossible) {
      throw unreadable(
          alias, ErrorReason.SHAPE_MISMATCH, "no such shape: " + impossible.getMessage());
    }
  }
}
