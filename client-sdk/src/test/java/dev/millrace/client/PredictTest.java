package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.client.testing.FakeServer;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Signature;
import dev.millrace.v1.TensorSpec;
import dev.millrace.v1.VersionState;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class PredictTest {
  private final FakeInference inference = new FakeInference();
  private final FakeModels models = new FakeModels();
  private FakeServer server;
  private MillraceClient client;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.start(inference, models);
    client = MillraceClient.connect(server.address());
  }

  @AfterEach
  void stop() throws InterruptedException {
    client.close();
    server.close();
  }

  @Test
  void predict_tensors_goThereAndComeBack() {
    Tensor x = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);
    Prediction answer = client.model("mnist").version(3).predict("s", Map.of("x", x));
    assertThat(inference.requests.get(0).getModel()).isEqualTo("models/mnist/versions/3");
    assertThat(answer.version()).isEqualTo(7);
    assertThat(answer.output("x")).isEqualTo(x);
    assertThat(answer.output("x").rows()).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}});
    assertThatThrownBy(() -> answer.output("y")).hasMessageContaining("[x]");
  }

  @Test
  void predict_ofANamedVersion_keepsTheNameOfThePrediction() {
    Tensor x = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
    ModelHandle named = client.model("mnist").withRequestId("visit-17");
    named.version(3).predict("s", Map.of("x", x));
    named.label("stable").predict("s", Map.of("x", x));
    assertThat(inference.requests)
        .extracting(PredictRequest::getRequestId)
        .containsOnly("visit-17");
    assertThat(inference.requests.get(1).getModel()).isEqualTo("models/mnist/labels/stable");
  }

  @Test
  void predict_rows_takeTheirShapeFromTheSignatureOnce() {
    VersionHandle model = client.model("mnist");
    model.predict(new float[3][784]);
    model.predict(new float[1][784]);
    assertThat(inference.requests.get(0).getInputsOrThrow("images").getShapeList())
        .containsExactly(3L, 28L, 28L, 1L);
    assertThat(models.asked.get()).isEqualTo(1);
  }

  @Test
  void predict_rowsOfAnotherSize_areRefusedBeforeTheCall() {
    assertThatThrownBy(() -> client.model("mnist").predict(new float[1][783]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> client.model("mnist").predict(new float[][] {new float[784], new float[1]}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(inference.requests).isEmpty();
  }

  @Test
  void classify_files_sendTheirBytes(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> client.model("mnist").classify(file)).hasMessageContaining("classes");
    assertThat(inference.requests.get(0).getSignature()).isEqualTo("classify_image");
    assertThat(inference.requests.get(0).getInputsOrThrow("encoded").getStrings(0).toByteArray())
        .containsExactly(1, 2, 3);
    assertThatThrownBy(() -> client.model("mnist").classify(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void predict_refused_carriesCodeReasonAndFields() {
    inference.failures.add(FakeServer.error(Status.Code.INVALID_ARGUMENT, "SHAPE_MISMATCH"));
    MillraceException error = failure();
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(error.reason()).isEqualTo("SHAPE_MISMATCH");
    assertThat(error.metadata()).containsEntry("model", "mnist");
    assertThat(error.violations())
        .containsExactly(new MillraceException.FieldViolation("inputs[\"x\"]", "expected more"));
    assertThat(error.isRetryable()).isFalse();
    assertThat(error).hasMessage("no good");
  }

  @ParameterizedTest
  @EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
  void predict_failsOnce_isTriedAgainForUnavailableAlone(Status.Code code) {
    inference.failures.add(FakeServer.error(code, "REASON"));
    if (code == Status.Code.UNAVAILABLE) {
      client.model("mnist").predict("s", Map.of());
      assertThat(inference.requests).hasSize(2);
    } else {
      assertThat(failure().code().name()).isEqualTo(code.name());
      assertThat(inference.requests).hasSize(1);
    }
  }

  @Test
  void predict_keepsFailing_isGivenUpAfterFourAttempts() {
    for (int i = 0; i < 10; i++) {
      inference.failures.add(FakeServer.error(Status.Code.UNAVAILABLE, "OVERLOADED"));
    }
    assertThat(failure().isRetryable()).isTrue();
    assertThat(inference.requests).hasSize(4);
  }

  @Test
  void predict_serverSaysNeverAgain_isNotTriedAgain() {
    Metadata trailers = new Metadata();
    trailers.put(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), "-1");
    inference.failures.add(FakeServer.error(Status.Code.UNAVAILABLE, "DRAINING", trailers));
    assertThat(failure().reason()).isEqualTo("DRAINING");
    assertThat(inference.requests).hasSize(1);
  }

  @Test
  void predict_serverNamesAPause_waitsForIt() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), "700");
    inference.failures.add(FakeServer.error(Status.Code.UNAVAILABLE, "OVERLOADED", trailers));
    long start = System.nanoTime();
    client.model("mnist").predict("s", Map.of());
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(690));
  }

  @Test
  void predict_noAnswerInTime_isDeadlineExceeded() {
    inference.silent = true;
    MillraceException error =
        catchThrowableOfType(
            MillraceException.class,
            () ->
                client.model("mnist").withDeadline(Duration.ofMillis(100)).predict("s", Map.of()));
    assertThat(error.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void async_futureCancelled_cancelsTheCall() throws InterruptedException {
    inference.silent = true;
    CompletableFuture<Prediction> call = client.model("mnist").async().predict("s", Map.of());
    inference.arrived.await();
    call.cancel(true);
    client.close();
    inference.cancelled.await();
  }

  @Test
  void predict_noServer_isUnavailableWithoutReason() throws InterruptedException {
    server.close();
    MillraceException error = failure();
    assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(error.reason()).isEmpty();
  }

  @Test
  void builder_valuesThatMakeNoSense_areRefused() {
    assertThatThrownBy(() -> MillraceClient.builder(" ")).hasMessageContaining("host:port");
    assertThatThrownBy(() -> MillraceClient.builder("x").deadline(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MillraceClient.builder("x").maxAttempts(6))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private MillraceException failure() {
    return catchThrowableOfType(
        MillraceException.class, () -> client.model("mnist").predict("s", Map.of()));
  }

  /** Gives inputs back as outputs, or fails as told. */
  private static final class FakeInference extends InferenceServiceGrpc.InferenceServiceImplBase {
    final List<PredictRequest> requests = new ArrayList<>();
    final Deque<StatusRuntimeException> failures = new ArrayDeque<>();
    final CountDownLatch arrived = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    volatile boolean silent;

    @Override
    public synchronized void predict(
        PredictRequest request, StreamObserver<PredictResponse> observer) {
      requests.add(request);
      Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
      arrived.countDown();
      StatusRuntimeException failure = failures.poll();
      if (failure != null) {
        observer.onError(failure);
      } else if (!silent) {
        observer.onNext(
            PredictResponse.newBuilder()
                .setModel("models/mnist/versions/7")
                .setSignature(request.getSignature())
                .putAllOutputs(request.getInputsMap())
                .build());
        observer.onCompleted();
      }
    }
  }

  private static final class FakeModels extends ModelServiceGrpc.ModelServiceImplBase {
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public void modelStatus(
        ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
      asked.incrementAndGet();
      TensorSpec images =
          TensorSpec.newBuilder().setDtypeValue(1).addAllShape(List.of(-1L, 28L, 28L, 1L)).build();
      observer.onNext(
          ModelStatusResponse.newBuilder()
              .setModel(
                  Model.newBuilder()
                      .setName("models/mnist")
                      .addVersions(
                          ModelVersion.newBuilder()
                              .setName("models/mnist/versions/7")
                              .setState(VersionState.VERSION_STATE_AVAILABLE)
                              .putSignatures(
                                  "serving_default",
                                  Signature.newBuilder().putInputs("images", images).build())))
              .build());
      observer.onCompleted();
    }
  }
}
