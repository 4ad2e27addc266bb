package dev.millrace.server.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferRequest.InferInputTensor;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A form in which a row of floats goes to the model x/2 + 2 and comes back. */
enum Wire {
  NATIVE("native"),
  KSERVE_RAW("Open Inference Protocol, raw"),
  KSERVE_TYPED("Open Inference Protocol, typed"),
  CONTENT("TensorFlow Serving, tensor_content"),
  TYPED("TensorFlow Serving, typed");

  private static final Metadata.Key<String> CONTENT_HEADER =
      Metadata.Key.of("millrace-tensor-content", Metadata.ASCII_STRING_MARSHALLER);

  private final String title;

  Wire(String title) {
    this.title = title;
  }

  /** Its name on the page. */
  String title() {
    return title;
  }

  /** True for another server's protocol with the numbers as raw bytes. */
  boolean isForeignRaw() {
    return this == KSERVE_RAW || this == CONTENT;
  }

  MethodDescriptor<byte[], byte[]> method() {
    return switch (this) {
      case NATIVE -> PredictCall.method();
      case KSERVE_RAW, KSERVE_TYPED ->
          PredictCall.onBytes(GRPCInferenceServiceGrpc.getModelInferMethod());
      case CONTENT, TYPED -> PredictCall.onBytes(PredictionServiceGrpc.getPredictMethod());
    };
  }

  /** What each call carries besides its message. */
  Metadata headers() {
    Metadata headers = new Metadata();
    if (this == CONTENT) {
      headers.put(CONTENT_HEADER, "true");
    }
    return headers;
  }

  /** A request of one row of numbers. */
  byte[] request(float[] row) {
    return switch (this) {
      case NATIVE -> PredictCall.request("half", "x", new float[][] {row}, row.length);
      case KSERVE_RAW ->
          ModelInferRequest.newBuilder()
              .setModelName("half")
              .addInputs(input(row))
              .addRawInputContents(bytes(row))
              .build()
              .toByteArray();
      case KSERVE_TYPED -> {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (float value : row) {
          contents.addFp32Contents(value);
        }
        yield ModelInferRequest.newBuilder()
            .setModelName("half")
            .addInputs(input(row).setContents(contents))
            .build()
            .toByteArray();
      }
      case CONTENT -> predict(tensor(row).setTensorContent(bytes(row)));
      case TYPED -> {
        TensorProto.Builder tensor = tensor(row);
        for (float value : row) {
          tensor.addFloatVal(value);
        }
        yield predict(tensor);
      }
    };
  }

  private static InferInputTensor.Builder input(float[] row) {
    return InferInputTensor.newBuilder()
        .setName("x")
        .setDatatype("FP32")
        .addShape(1)
        .addShape(row.length);
  }

  private static TensorProto.Builder tensor(float[] row) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(row.length)));
  }

  private static byte[] predict(TensorProto.Builder x) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("half"))
        .putInputs("x", x.build())
        .build()
        .toByteArray();
  }

  private static ByteString bytes(float[] row) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : row) {
      bytes.putFloat(value);
    }
    return UnsafeByteOperations.unsafeWrap(bytes.flip());
  }
}
