package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import dev.millrace.server.security.key.ApiKey;
import dev.millrace.server.security.key.KeyFile;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.Issuer;
import dev.millrace.v1.DatasetPlan;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import dev.millrace.v1.ImportFile;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams at a running server that outlast the credentials that they began with. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class StreamCredentialsTest {
  private static final long PATIENCE_SECONDS = 10;

  /** Half a minute is what clocks may differ by. */
  private static final long SKEW_SECONDS = 30;

  private final Map<String, String> keys = new TreeMap<>();
  private Path folder;
  private GuardedRig rig;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    rig = GuardedRig.start(folder);
    for (String caller : List.of("watcher", "asker", "reader", "browser", "changed", "expelled")) {
      keys.put(caller, rig.changes.create(caller, roles("predictor:shared"), Optional.empty()));
    }
    keys.put("sender", rig.changes.create("sender", roles("trainer"), Optional.empty()));
    String last = keys.get("sender");
    LifeRig.await(() -> isTaken(last), () -> "the server has not seen the keys");
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void watch_keyRevoked_endsWithinASecondOrTwo() throws Exception {
    Iterator<WatchModelResponse> watch = watch(key("watcher"));
    rig.changes.revoke("watcher");
    long begun = System.nanoTime();
    assertEnds(watch, "this API key was revoked");
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(3));
  }

  @Test
  void watch_tokenExpires_ends() {
    Date end = Date.from(Instant.now().minusSeconds(SKEW_SECONDS - 2));
    String token =
        rig.issuer.sign(Issuer.claims("dora", Instant.now(), "viewer").expirationTime(end));
    assertEnds(watch(rig.bearer(token)), "the token has expired");
  }

  @Test
  void watch_rolesChanged_ends() throws Exception {
    Iterator<WatchModelResponse> watch = watch(key("changed"));
    give("changed", List.of("viewer:other"));
    assertEnds(watch, "has changed");
    assertThat(statusOf(key("changed")).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void watch_everyRoleTakenAway_isDenied() throws Exception {
    Iterator<WatchModelResponse> watch = watch(key("expelled"));
    give("expelled", List.of());
    StatusRuntimeException ended =
        catchThrowableOfType(StatusRuntimeException.class, watch::hasNext);
    assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(LifeRig.reason(ended)).isEqualTo("PERMISSION_MISSING");
  }

  private void give(String caller, List<String> roles) throws IOException {
    new KeyFile(folder.resolve("state"))
        .change(all -> all.stream().map(key -> with(key, caller, roles)).toList());
  }

  private static ApiKey with(ApiKey key, String caller, List<String> roles) {
    return key.name().equals(caller)
        ? new ApiKey(key.prefix(), key.hash(), caller, roles, key.created(), null, null)
        : key;
  }

  @Test
  void predictions_keyRevoked_endTheStreamOfThatCallerAlone() throws Exception {
    Asker other = new Asker(rig.as("a"));
    Asker asker = new Asker(key("asker"));
    asker.ask();
    other.ask();
    rig.changes.revoke("asker");
    assertThat(asker.ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    other.ask();
    other.questions.onCompleted();
    assertThat(other.ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(Status.OK);
  }

  @Test
  void upload_keyRevoked_endsAndLeavesNothing() throws Exception {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    StreamObserver<ImportDatasetRequest> messages =
        DatasetServiceGrpc.newStub(key("sender")).importDataset(new Ending(ended));
    messages.onNext(
        ImportDatasetRequest.newBuilder()
            .setPlan(
                DatasetPlan.newBuilder()
                    .setName("datasets/unfinished")
                    .addFiles(
                        ImportFile.newBuilder()
                            .setPath("texts.csv")
                            .setSizeBytes(100)
                            .setSha256("0".repeat(64))))
            .build());
    LifeRig.await(() -> !staged().isEmpty(), () -> "the upload has not begun");
    rig.changes.revoke("sender");
    assertThat(ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    LifeRig.await(() -> staged().isEmpty(), () -> "still there: " + staged());
  }

  @Test
  void events_overHttp_keyRevoked_endWithAnError() throws Exception {
    try (InputStream events =
        rig.http
            .open(
                rig.http
                    .request("/api/v1/models/shared:watch")
                    .header("authorization", "Bearer " + keys.get("reader")))
            .body()) {
      assertThat((char) events.read()).isEqualTo('d');
      rig.changes.revoke("reader");
      assertThat(new String(events.readAllBytes(), StandardCharsets.UTF_8))
          .contains("event: error", "CREDENTIALS_INVALID");
    }
  }

  @Test
  void watch_overGrpcWeb_keyRevoked_ends() throws Exception {
    byte[] message = WatchModelRequest.newBuilder().setModel("models/shared").build().toByteArray();
    ByteString frame =
        ByteString.copyFrom(new byte[] {0, 0, 0, 0, (byte) message.length})
            .concat(ByteString.copyFrom(message));
    try (InputStream answer =
        rig.http
            .open(
                rig.http
                    .request("/millrace.v1.ModelService/WatchModel")
                    .header("authorization", "Bearer " + keys.get("browser"))
                    .header("content-type", "application/grpc-web+proto")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(frame.toByteArray())))
            .body()) {
      assertThat(answer.read()).as("a message, and no trailers").isZero();
      rig.changes.revoke("browser");
      assertThat(new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1))
          .containsPattern("grpc-status: ?16");
    }
  }

  private Channel key(String caller) {
    return rig.bearer(Optional.ofNullable(keys.get(caller)).orElseThrow());
  }

  private static List<Grant> roles(String role) {
    return List.of(Grant.parse(role).orElseThrow());
  }

  private boolean isTaken(String key) {
    return statusOf(rig.bearer(key)).getCode() == Status.Code.OK;
  }

  /** How a watch begins. */
  private static Status statusOf(Channel channel) {
    try {
      watch(channel);
      return Status.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus();
    }
  }

  private static Iterator<WatchModelResponse> watch(Channel channel) {
    Iterator<WatchModelResponse> watch =
        ModelServiceGrpc.newBlockingStub(channel)
            .watchModel(WatchModelRequest.newBuilder().setModel("models/shared").build());
    watch.next();
    return watch;
  }

  private static void assertEnds(Iterator<WatchModelResponse> watch, String why) {
    StatusRuntimeException ended =
        catchThrowableOfType(StatusRuntimeException.class, watch::hasNext);
    assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(ended.getStatus().getDescription()).contains(why);
    assertThat(LifeRig.reason(ended)).isEqualTo("CREDENTIALS_INVALID");
  }

  private List<Path> staged() {
    try (Stream<Path> uploads = Files.list(folder.resolve("datasets/.uploads"))) {
      return uploads.toList();
    } catch (IOException none) {
      return List.of();
    }
  }

  private record Ending(CompletableFuture<Status> ended)
      implements StreamObserver<ImportDatasetResponse> {
    @Override
    public void onNext(ImportDatasetResponse answer) {
      ended.complete(Status.OK);
    }

    @Override
    public void onError(Throwable refused) {
      ended.complete(Status.fromThrowable(refused));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }

  /** A stream of predictions, asked one after the other. */
  private static final class Asker implements StreamObserver<ModelStreamInferResponse> {
    private final BlockingQueue<ModelStreamInferResponse> answers = new ArrayBlockingQueue<>(8);
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final StreamObserver<ModelInferRequest> questions;

    Asker(Channel channel) {
      questions = GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(this);
    }

    void ask() throws InterruptedException {
      questions.onNext(
          ModelInferRequest.newBuilder()
              .setModelName("shared")
              .addInputs(
                  ModelInferRequest.InferInputTensor.newBuilder()
                      .setName("x")
                      .setDatatype("FP32")
                      .addShape(1)
                      .addShape(2)
                      .setContents(
                          InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2)))
              .build());
      ModelStreamInferResponse answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(answer).isNotNull();
      assertThat(answer.getErrorMessage()).isEmpty();
    }

    @Override
    public void onNext(ModelStreamInferResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
