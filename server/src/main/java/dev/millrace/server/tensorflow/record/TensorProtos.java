package dev.millrace.server.tensorflow.record;

import com.google.protobuf.ByteString;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Turns TensorFlow's tensor messages into tensors and back. */
public final class TensorProtos {
  /** Bytes that TensorFlow holds for each string beside its characters. */
  private static final int STRING_OVERHEAD = 24;

  private TensorProtos() {}

  /**
   * The tensor of a message, by TensorFlow's own rules: {@code tensor_content} comes before typed
   * values; of those the last one is repeated to the end, surplus ones are left out, and none at
   * all stand for zeros.
   *
   * @param budget what the tensor takes is taken from it
   * @throws DamagedRecordException if it is no dense tensor of an element type and a whole shape
   */
  public static TensorData read(TensorProto proto, ByteBudget budget)
      throws DamagedRecordException {
    DataType dtype = dtype(proto.getDtypeValue());
    Shape shape = shape(proto.getTensorShape());
    long count = shape.elementCount();
    if (dtype == DataType.STRING) {
      budget.take(count, STRING_OVERHEAD);
      TensorData strings = TensorData.ofStrings(shape, StringValues.read(proto, (int) count));
      budget.take(strings.byteCount(), 1);
      return strings;
    }
    budget.take(count, dtype.byteSize());
    if (proto.getTensorContent().isEmpty()) {
      return TensorData.ofBytes(dtype, shape, TypedValues.read(proto, dtype, (int) count));
    }
    ByteBuffer content = proto.getTensorContent().asReadOnlyByteBuffer();
    if (content.remaining() != count * dtype.byteSize()) {
      throw new DamagedRecordException("a tensor has more or fewer bytes than its shape asks for");
    }
    return TensorData.ofBytes(dtype, shape, content);
  }

  /** The message of a tensor: {@code string_val} for STRING, else {@code tensor_content}. */
  public static TensorProto write(TensorData tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setDtypeValue(tensor.dtype().number())
            .setTensorShape(shape(tensor));
    if (tensor.dtype() == DataType.STRING) {
      tensor.strings().forEach(s -> proto.addStringVal(ByteString.copyFrom(s.duplicate())));
    } else {
      proto.setTensorContent(ByteString.copyFrom(tensor.bytes()));
    }
    return proto.build();
  }

  private static TensorShapeProto shape(TensorData tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : tensor.shape().toArray()) {
      shape.addDimBuilder().setSize(size);
    }
    return shape.build();
  }

  private static DataType dtype(int number) throws DamagedRecordException {
    try {
      return DataType.ofNumber(number);
    } catch (IllegalArgumentException notDense) {
      throw new DamagedRecordException("a tensor's element type is none that can be fed", notDense);
    }
  }

  private static Shape shape(TensorShapeProto proto) throws DamagedRecordException {
    if (proto.getUnknownRank()) {
      throw new DamagedRecordException("a tensor has no shape");
    }
    try {
      return Shape.of(
          proto.getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray());
    } catch (IllegalArgumentException impossible) {
      throw new DamagedRecordException("a tensor's shape is none", impossible);
    }
  }
}
