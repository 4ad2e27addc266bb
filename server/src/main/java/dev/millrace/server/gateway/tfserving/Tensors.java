package dev.millrace.server.gateway.tfserving;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.server.gateway.json.JsonTensor;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors of JSON as messages hold them, and back; bytes are shared, not copied. Stateless. */
final class Tensors {
  private Tensors() {}

  static TensorProto proto(JsonTensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : tensor.shape().toArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    TensorProto.Builder builder =
        TensorProto.newBuilder().setDtypeValue(tensor.dtype().number()).setTensorShape(shape);
    ByteBuffer bytes = tensor.bytes();
    ByteString content =
        UnsafeByteOperations.unsafeWrap(bytes.array(), bytes.arrayOffset(), bytes.limit());
    if (tensor.dtype() != DataType.STRING) {
      return builder.setTensorContent(content).build();
    }
    while (bytes.hasRemaining()) {
      int length = bytes.getInt();
      int from = bytes.position();
      builder.addStringVal(content.substring(from, from + length));
      bytes.position(from + length);
    }
    return builder.build();
  }

  /** An output, whose elements are in its {@code tensor_content} unless they are strings. */
  static TensorData data(TensorProto proto) {
    long[] sizes = new long[proto.getTensorShape().getDimCount()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = proto.getTensorShape().getDim(i).getSize();
    }
    DataType dtype = DataType.ofNumber(proto.getDtypeValue());
    return dtype == DataType.STRING
        ? TensorData.ofStrings(
            Shape.of(sizes),
            proto.getStringValList().stream().map(ByteString::asReadOnlyByteBuffer).toList())
        : TensorData.ofBytes(
            dtype,
            Shape.of(sizes),
            proto.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }
}
