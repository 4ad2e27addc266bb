package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.server.protocol.RawBytes;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;

/** Writes tensors. Stateless. */
final class TensorWriter {
  private TensorWriter() {}

  /**
   * A tensor; strings have one form always.
   *
   * @param content true for raw bytes, which are not copied, in place of typed values
   */
  static TensorProto write(TensorData tensor, boolean content) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < tensor.shape().rank(); i++) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(tensor.shape().size(i)));
    }
    TensorProto.Builder builder =
        TensorProto.newBuilder().setDtypeValue(tensor.dtype().number()).setTensorShape(shape);
    if (tensor.dtype() == DataType.STRING) {
      for (ByteBuffer string : tensor.strings()) {
        builder.addStringVal(UnsafeByteOperations.unsafeWrap(string.duplicate()));
      }
    } else if (content) {
      builder.setTensorContent(RawBytes.of(tensor));
    } else {
      TypedValues.write(tensor, builder);
    }
    return builder.build();
  }
}
