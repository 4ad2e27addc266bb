package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a client may send by mistake or malice: each is a clear error, and the next good call is
 * answered.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class BadInputTest {
  private static MillraceServer server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    SmallModels.echo(folder.resolve("models/echo/1"));
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folder.resolve("models").toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.MAX_MESSAGE_SIZE, "1MiB",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    // Copied in by hand, the models are served when two scans have seen the same files.
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (ModelServiceGrpc.newBlockingStub(channel)
            .listModels(ListModelsRequest.getDefaultInstance())
            .getModelsCount()
        < 2) {
      assertThat(System.nanoTime()).as("the models are found in time").isLessThan(end);
      Pause.brief();
    }
    server.awaitReady();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  @AfterEach
  void theNextGoodCallIsAnswered() {
    Tensor y =
        InferenceServiceGrpc.newBlockingStub(channel)
            .predict(good().build())
            .getOutputsMap()
            .get("y");
    assertThat(y.getFloatsList()).containsExactly(2f, 4f);
    assertThat(server.openTensors()).isZero();
  }

  @Test
  void predict_wrongDtype_saysBothTypes() {
    assertRefused(
        input(x -> x.clearFloats().setDtype(DataType.DATA_TYPE_INT32).addInts(1).addInts(2)),
        Status.Code.INVALID_ARGUMENT,
        "DTYPE_MISMATCH",
        "expected FLOAT32, got INT32");
  }

  @Test
  void predict_ranks1And3And5_sayBothShapes() {
    for (String shape : new String[] {"[2]", "[1,1,2]", "[1,1,1,1,2]"}) {
      assertRefused(
          input(
              x -> {
                x.clearShape();
                for (String size : shape.replaceAll("[\\[\\]]", "").split(",")) {
                  x.addShape(Long.parseLong(size));
                }
              }),
          Status.Code.INVALID_ARGUMENT,
          "SHAPE_MISMATCH",
          "expected [?,2], got " + shape);
    }
  }

  @Test
  void predict_wrongFixedDimension_saysBothShapes() {
    assertRefused(
        input(x -> x.clearShape().addShape(1).addShape(3).addFloats(3)),
        Status.Code.INVALID_ARGUMENT,
        "SHAPE_MISMATCH",
        "expected [?,2], got [1,3]");
  }

  @Test
  void predict_missingAndExtraTensor_namesBoth() {
    PredictRequest.Builder request = good();
    request.putInputs("z", request.getInputsOrThrow("x")).removeInputs("x");
    StatusRuntimeException error =
        assertRefused(request, Status.Code.INVALID_ARGUMENT, "INPUT_MISSING", "inputs[\"x\"]");
    assertThat(detail(error, BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly("inputs[\"x\"]", "inputs[\"z\"]");
  }

  @Test
  void predict_unknownModelVersionLabelAndSignature_areNotFound() {
    assertRefused(good().setModel("nobody"), Status.Code.NOT_FOUND, "MODEL_NOT_FOUND", "nobody");
    assertRefused(
        good().setModel("models/doubling/versions/9"),
        Status.Code.NOT_FOUND,
        "VERSION_NOT_FOUND",
        "no version 9");
    assertRefused(
        good().setModel("models/doubling/labels/champion"),
        Status.Code.NOT_FOUND,
        "LABEL_NOT_FOUND",
        "champion");
    assertRefused(
        good().setSignature("nothing"),
        Status.Code.NOT_FOUND,
        "SIGNATURE_NOT_FOUND",
        "serving_default");
  }

  @Test
  void predict_modelNamesThatAreNone_areInvalid() {
    for (String name :
        new String[] {"", "../x", "a/../../b", "/proc/self", "CON", "x\n", "models/"}) {
      assertRefused(good().setModel(name), Status.Code.INVALID_ARGUMENT, "NAME_INVALID", "model");
    }
  }

  @Test
  void predict_unknownOutput_namesThoseThereAre() {
    assertRefused(
        good().addOutputs("logits"), Status.Code.INVALID_ARGUMENT, "OUTPUT_UNKNOWN", "[y]");
  }

  @Test
  void predict_byteCountOff_saysBothCounts() {
    assertRefused(
        input(x -> x.clearFloats().setData(ByteString.copyFrom(new byte[7]))),
        Status.Code.INVALID_ARGUMENT,
        "DATA_SIZE_MISMATCH",
        "expected 8 bytes for FLOAT32 [1,2], got 7");
  }

  @Test
  void predict_zeroNegativeAndOverflowingDimensions_areRefused() {
    assertRefused(
        input(x -> x.clearFloats().clearShape().addShape(0).addShape(2)),
        Status.Code.INVALID_ARGUMENT,
        "SHAPE_MISMATCH",
        "at least one element");
    assertRefused(
        input(x -> x.clearShape().addShape(-1).addShape(2)),
        Status.Code.INVALID_ARGUMENT,
        "SHAPE_MISMATCH",
        "negative");
    assertRefused(
        input(x -> x.clearShape().addShape(1L << 62).addShape(1L << 62)),
        Status.Code.INVALID_ARGUMENT,
        "SHAPE_MISMATCH",
        "overflows");
  }

  @Test
  void predict_valuesInTwoForms_areAmbiguous() {
    assertRefused(
        input(x -> x.setData(ByteString.copyFrom(new byte[8]))),
        Status.Code.INVALID_ARGUMENT,
        "TENSOR_FORM_AMBIGUOUS",
        "expected one of data, strings, floats and ints");
  }

  @Test
  void predict_truncatedMessage_isMalformed() {
    byte[] whole = good().build().toByteArray();
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("millrace.v1.InferenceService/Predict")
            .build();
    for (int length : new int[] {1, whole.length / 2, whole.length - 1}) {
      StatusRuntimeException error =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel, raw, CallOptions.DEFAULT, java.util.Arrays.copyOf(whole, length)));
      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo("REQUEST_MALFORMED");
    }
  }

  @Test
  void predict_messageOverTheLimit_isResourceExhausted() {
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                InferenceServiceGrpc.newBlockingStub(channel)
                    .predict(
                        input(x -> x.clearFloats().setData(ByteString.copyFrom(new byte[2 << 20])))
                            .build()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void predict_imageBomb_isRefusedByItsHeader() {
    byte[] png =
        java.nio.ByteBuffer.allocate(33)
            .putLong(0x89504E470D0A1A0AL)
            .putInt(13)
            .putInt(0x49484452)
            .putInt(50_000)
            .putInt(50_000)
            .array();
    Tensor text =
        Tensor.newBuilder()
            .setDtype(DataType.DATA_TYPE_STRING)
            .addShape(1)
            .addStrings(ByteString.copyFrom(png))
            .build();
    assertRefused(
        PredictRequest.newBuilder().setModel("echo").putInputs("text", text),
        Status.Code.INVALID_ARGUMENT,
        "VALUE_REJECTED",
        "pixels");
  }

  private static PredictRequest.Builder good() {
    return PredictRequest.newBuilder()
        .setModel("doubling")
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addShape(1)
                .addShape(2)
                .addFloats(1)
                .addFloats(2)
                .build());
  }

  private static PredictRequest.Builder input(Consumer<Tensor.Builder> change) {
    PredictRequest.Builder request = good();
    Tensor.Builder tensor = request.getInputsOrThrow("x").toBuilder();
    change.accept(tensor);
    return request.putInputs("x", tensor.build());
  }

  private static StatusRuntimeException assertRefused(
      PredictRequest.Builder request, Status.Code code, String reason, String text) {
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> InferenceServiceGrpc.newBlockingStub(channel).predict(request.build()));
    assertThat(error).as("%s", request).isNotNull();
    assertThat(error.getStatus().getCode()).as(error.getMessage()).isEqualTo(code);
    assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo(reason);
    assertThat(error.getStatus().getDescription()).contains(text);
    return error;
  }

  private static <M extends com.google.protobuf.Message> M detail(
      StatusRuntimeException error, Class<M> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    assertThat(status).isNotNull();
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .map(
            any -> {
              try {
                return any.unpack(type);
              } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
              }
            })
        .findFirst()
        .orElseThrow();
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
