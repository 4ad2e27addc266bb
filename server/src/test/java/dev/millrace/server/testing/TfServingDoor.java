package dev.millrace.server.testing;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** TensorFlow Serving's API, with tensors as typed values both ways, or as raw bytes both ways. */
public record TfServingDoor(Channel channel, boolean typed) implements Door {
  private static final Metadata.Key<String> CONTENT =
      Metadata.Key.of("millrace-tensor-content", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public Wire wire() {
    return Wire.TENSORFLOW_SERVING;
  }

  @Override
  public ListenableFuture<dev.millrace.v1.PredictResponse> predict(
      PredictRequest request, CallOptions options) {
    Metadata headers = new Metadata();
    headers.put(CONTENT, Boolean.toString(!typed));
    Channel switched =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    return Futures.transform(
        ClientCalls.futureUnaryCall(
            switched.newCall(PredictionServiceGrpc.getPredictMethod(), options),
            encode(request, typed)),
        response -> decode(response, typed),
        MoreExecutors.directExecutor());
  }

  @Override
  public String toString() {
    return "tfserving " + (typed ? "typed" : "content");
  }

  /** A request as this wire has it. */
  public static dev.millrace.proto.tfserving.PredictRequest encode(
      PredictRequest request, boolean typed) {
    ModelReference reference = ModelReference.parse(request.getModel());
    ModelSpec.Builder spec =
        ModelSpec.newBuilder()
            .setName(reference.model().id())
            .setSignatureName(request.getSignature());
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      spec.setVersion(Int64Value.of(exact.number()));
    } else if (reference.choice() instanceof VersionChoice.Labelled labelled) {
      spec.setVersionLabel(labelled.label());
    }
    dev.millrace.proto.tfserving.PredictRequest.Builder builder =
        dev.millrace.proto.tfserving.PredictRequest.newBuilder()
            .setModelSpec(spec)
            .addAllOutputFilter(request.getOutputsList());
    request
        .getInputsMap()
        .forEach((name, tensor) -> builder.putInputs(name, encode(tensor, typed)));
    return builder.build();
  }

  private static TensorProto encode(Tensor tensor, boolean typed) {
    TensorProto.Builder builder = TensorProto.newBuilder().setDtypeValue(tensor.getDtypeValue());
    TensorShapeProto.Builder shape = builder.getTensorShapeBuilder();
    tensor.getShapeList().forEach(size -> shape.addDimBuilder().setSize(size));
    builder.addAllStringVal(tensor.getStringsList());
    if (typed) {
      ByteBuffer bytes = tensor.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        add(tensor.getDtype(), bytes, builder);
      }
    } else {
      builder.setTensorContent(tensor.getData());
    }
    return builder.build();
  }

  private static void add(DataType dtype, ByteBuffer bytes, TensorProto.Builder builder) {
    switch (dtype) {
      case DATA_TYPE_FLOAT32 -> builder.addFloatVal(bytes.getFloat());
      case DATA_TYPE_FLOAT64 -> builder.addDoubleVal(bytes.getDouble());
      case DATA_TYPE_INT64 -> builder.addInt64Val(bytes.getLong());
      case DATA_TYPE_UINT32 -> builder.addUint32Val(bytes.getInt());
      case DATA_TYPE_UINT64 -> builder.addUint64Val(bytes.getLong());
      case DATA_TYPE_BOOL -> builder.addBoolVal(bytes.get() != 0);
      case DATA_TYPE_FLOAT16, DATA_TYPE_BFLOAT16 ->
          builder.addHalfVal(Short.toUnsignedInt(bytes.getShort()));
      case DATA_TYPE_COMPLEX64 -> builder.addScomplexVal(bytes.getFloat());
      case DATA_TYPE_COMPLEX128 -> builder.addDcomplexVal(bytes.getDouble());
      case DATA_TYPE_INT8, DATA_TYPE_QINT8 -> builder.addIntVal(bytes.get());
      case DATA_TYPE_UINT8, DATA_TYPE_QUINT8 -> builder.addIntVal(Byte.toUnsignedInt(bytes.get()));
      case DATA_TYPE_INT16, DATA_TYPE_QINT16 -> builder.addIntVal(bytes.getShort());
      case DATA_TYPE_UINT16, DATA_TYPE_QUINT16 ->
          builder.addIntVal(Short.toUnsignedInt(bytes.getShort()));
      default -> builder.addIntVal(bytes.getInt());
    }
  }

  /** An answer as the native API has it. */
  public static dev.millrace.v1.PredictResponse decode(PredictResponse response, boolean typed) {
    ModelSpec spec = response.getModelSpec();
    dev.millrace.v1.PredictResponse.Builder builder =
        dev.millrace.v1.PredictResponse.newBuilder()
            .setSignature(spec.getSignatureName())
            .setModel("models/" + spec.getName() + "/versions/" + spec.getVersion().getValue());
    response
        .getOutputsMap()
        .forEach((name, tensor) -> builder.putOutputs(name, decode(tensor, typed)));
    return builder.build();
  }

  private static Tensor decode(TensorProto proto, boolean typed) {
    Tensor.Builder tensor = Tensor.newBuilder().setDtypeValue(proto.getDtypeValue());
    proto.getTensorShape().getDimList().forEach(dim -> tensor.addShape(dim.getSize()));
    tensor.addAllStrings(proto.getStringValList());
    if (!typed) {
      return tensor.setData(proto.getTensorContent()).build();
    }
    if (!proto.getTensorContent().isEmpty()) {
      throw new AssertionError("typed values were wanted");
    }
    return tensor.setData(bytes(proto, tensor.getDtype())).build();
  }

  private static ByteString bytes(TensorProto proto, DataType dtype) {
    ByteBuffer bytes =
        ByteBuffer.allocate(proto.getSerializedSize() * 8 + 64).order(ByteOrder.LITTLE_ENDIAN);
    proto.getFloatValList().forEach(bytes::putFloat);
    proto.getDoubleValList().forEach(bytes::putDouble);
    proto.getInt64ValList().forEach(bytes::putLong);
    proto.getUint32ValList().forEach(bytes::putInt);
    proto.getUint64ValList().forEach(bytes::putLong);
    proto.getBoolValList().forEach(value -> bytes.put((byte) (value ? 1 : 0)));
    proto.getHalfValList().forEach(value -> bytes.putShort(value.shortValue()));
    proto.getScomplexValList().forEach(bytes::putFloat);
    proto.getDcomplexValList().forEach(bytes::putDouble);
    for (int value : proto.getIntValList()) {
      switch (dtype) {
        case DATA_TYPE_INT8, DATA_TYPE_QINT8, DATA_TYPE_UINT8, DATA_TYPE_QUINT8 ->
            bytes.put((byte) value);
        case DATA_TYPE_INT16, DATA_TYPE_QINT16, DATA_TYPE_UINT16, DATA_TYPE_QUINT16 ->
            bytes.putShort((short) value);
        default -> bytes.putInt(value);
      }
    }
    return ByteString.copyFrom(bytes.flip());
  }
}
