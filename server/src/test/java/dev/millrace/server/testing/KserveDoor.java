package dev.millrace.server.testing;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelInferResponse.InferOutputTensor;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.v1.DataType;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The Open Inference Protocol, with inputs as raw bytes, or as typed values where it has them. */
public record KserveDoor(Channel channel, boolean typed) implements Door {
  @Override
  public Wire wire() {
    return Wire.KSERVE;
  }

  @Override
  public ListenableFuture<PredictResponse> predict(PredictRequest request, CallOptions options) {
    return Futures.transform(
        ClientCalls.futureUnaryCall(
            channel.newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), options),
            encode(request, typed)),
        KserveDoor::decode,
        MoreExecutors.directExecutor());
  }

  @Override
  public String toString() {
    return "kserve " + (typed ? "typed" : "raw");
  }

  /** A request as this wire has it. */
  public static ModelInferRequest encode(PredictRequest request, boolean typed) {
    ModelReference reference = ModelReference.parse(request.getModel());
    ModelInferRequest.Builder builder =
        ModelInferRequest.newBuilder().setModelName(reference.model().id()).setId("call-7");
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      builder.setModelVersion(Long.toString(exact.number()));
    } else if (reference.choice() instanceof VersionChoice.Labelled labelled) {
      builder.setModelVersion(labelled.label());
    }
    if (!request.getSignature().isEmpty()) {
      builder.putParameters(
          "signature_name",
          InferParameter.newBuilder().setStringParam(request.getSignature()).build());
    }
    boolean all = typed && request.getInputsMap().values().stream().allMatch(KserveDoor::hasField);
    request
        .getInputsMap()
        .forEach(
            (name, tensor) -> {
              InferInputTensor.Builder input =
                  builder
                      .addInputsBuilder()
                      .setName(name)
                      .setDatatype(datatype(tensor.getDtype()))
                      .addAllShape(tensor.getShapeList());
              if (all) {
                input.setContents(contents(tensor));
              } else {
                builder.addRawInputContents(raw(tensor));
              }
            });
    request.getOutputsList().forEach(name -> builder.addOutputsBuilder().setName(name));
    return builder.build();
  }

  private static boolean hasField(Tensor tensor) {
    return switch (tensor.getDtype()) {
      case DATA_TYPE_BOOL,
          DATA_TYPE_INT8,
          DATA_TYPE_INT16,
          DATA_TYPE_INT32,
          DATA_TYPE_INT64,
          DATA_TYPE_UINT8,
          DATA_TYPE_UINT16,
          DATA_TYPE_UINT32,
          DATA_TYPE_UINT64,
          DATA_TYPE_FLOAT32,
          DATA_TYPE_FLOAT64,
          DATA_TYPE_STRING ->
          true;
      default -> false;
    };
  }

  private static InferTensorContents contents(Tensor tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    contents.addAllBytesContents(tensor.getStringsList());
    ByteBuffer bytes = tensor.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (tensor.getDtype()) {
        case DATA_TYPE_BOOL -> contents.addBoolContents(bytes.get() != 0);
        case DATA_TYPE_INT8 -> contents.addIntContents(bytes.get());
        case DATA_TYPE_INT16 -> contents.addIntContents(bytes.getShort());
        case DATA_TYPE_INT32 -> contents.addIntContents(bytes.getInt());
        case DATA_TYPE_INT64 -> contents.addInt64Contents(bytes.getLong());
        case DATA_TYPE_UINT8 -> contents.addUintContents(Byte.toUnsignedInt(bytes.get()));
        case DATA_TYPE_UINT16 -> contents.addUintContents(Short.toUnsignedInt(bytes.getShort()));
        case DATA_TYPE_UINT32 -> contents.addUintContents(bytes.getInt());
        case DATA_TYPE_UINT64 -> contents.addUint64Contents(bytes.getLong());
        case DATA_TYPE_FLOAT32 -> contents.addFp32Contents(bytes.getFloat());
        default -> contents.addFp64Contents(bytes.getDouble());
      }
    }
    return contents.build();
  }

  private static ByteString raw(Tensor tensor) {
    if (tensor.getDtype() != DataType.DATA_TYPE_STRING) {
      return tensor.getData();
    }
    ByteString blob = ByteString.EMPTY;
    for (ByteString string : tensor.getStringsList()) {
      ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      blob = blob.concat(ByteString.copyFrom(length.putInt(string.size()).flip())).concat(string);
    }
    return blob;
  }

  private static String datatype(DataType dtype) {
    return switch (dtype) {
      case DATA_TYPE_FLOAT16 -> "FP16";
      case DATA_TYPE_BFLOAT16 -> "BF16";
      case DATA_TYPE_FLOAT32 -> "FP32";
      case DATA_TYPE_FLOAT64 -> "FP64";
      case DATA_TYPE_STRING -> "BYTES";
      default -> dtype.name().replace("DATA_TYPE_", "");
    };
  }

  static DataType dtype(String datatype) {
    for (DataType type : DataType.values()) {
      if (type != DataType.UNRECOGNIZED && datatype(type).equals(datatype)) {
        return type;
      }
    }
    throw new AssertionError(datatype);
  }

  /** An answer as the native API has it. */
  public static PredictResponse decode(ModelInferResponse response) {
    if (!response.getId().equals("call-7")) {
      throw new AssertionError("the id is not echoed: " + response.getId());
    }
    PredictResponse.Builder builder =
        PredictResponse.newBuilder()
            .setModel(
                "models/" + response.getModelName() + "/versions/" + response.getModelVersion());
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor output = response.getOutputs(i);
      Tensor.Builder tensor =
          Tensor.newBuilder()
              .setDtype(dtype(output.getDatatype()))
              .addAllShape(output.getShapeList());
      ByteString raw = response.getRawOutputContents(i);
      if (output.getDatatype().equals("BYTES")) {
        ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
          int length = bytes.getInt();
          tensor.addStrings(ByteString.copyFrom(bytes, length));
        }
      } else {
        tensor.setData(raw);
      }
      builder.putOutputs(output.getName(), tensor.build());
    }
    return builder.build();
  }
}
