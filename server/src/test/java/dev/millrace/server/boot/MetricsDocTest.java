package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.Shadow;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.Traffic;
import dev.millrace.v1.VersionState;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compares what a real server exposes with docs/metrics.md, and with what clients made up. */
@Timeout(60)
final class MetricsDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");
  private static final String MADE_UP = "made-up-by-a-client";

  @TempDir private Path folder;
  private MillraceServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    SmallModels.doubling(folder.resolve("models/doubling/1"));
    SmallModels.doubling(folder.resolve("models/doubling/2"));
    Files.writeString(
        folder.resolve("models/doubling/millrace.yaml"),
        "cache: {max-size: 1MiB}\nversions: {policy: all}\nrequest-log: {sample: 1}\n");
    Files.writeString(folder.resolve("models/doubling/gate.yaml"), "feedback: {keep: 10}\n");
    Files.createDirectories(folder.resolve("models/broken/1/variables"));
    Files.write(folder.resolve("models/broken/1/saved_model.pb"), new byte[] {1, 2, 3});
    Files.writeString(
        folder.resolve("quotas.yaml"),
        "callers: [{caller: named, budget: {month: 1}}]\nprices: {gigabyte: 1}\n");
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folder.resolve("models").toString(),
                    ServeOption.QUOTAS, folder.resolve("quotas.yaml").toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    awaitState("doubling", VersionState.VERSION_STATE_AVAILABLE);
    awaitState("broken", VersionState.VERSION_STATE_FAILED);
    server.awaitReady();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void scrape_afterEveryOutcome_isWhatTheDocumentSays() throws Exception {
    everyOutcome();
    String scrape = scrape();
    Set<String> documented =
        names(Files.readString(DOCUMENT), "\\| `(millrace_\\w+)`")
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(exposed(scrape)).isEqualTo(documented);
    assertThat(scrape).doesNotContain(MADE_UP);
    for (String code : List.of("OK", "SHAPE_MISMATCH", "INPUT_UNEXPECTED", "OUTPUT_UNKNOWN")) {
      assertThat(scrape)
          .containsPattern(
              "millrace_requests_seconds_count\\{code=\"%s\",model=\"doubling\",signature=\"serving_default\",version=\"1\"\\} 1\n"
                  .formatted(code));
    }
    assertThat(scrape)
        .contains(
            "code=\"SIGNATURE_NOT_FOUND\",model=\"doubling\",signature=\"none\",version=\"1\"")
        .contains(
            "code=\"VERSION_NOT_FOUND\",model=\"doubling\",signature=\"none\",version=\"none\"")
        .contains("code=\"MODEL_NOT_FOUND\",model=\"unknown\",signature=\"none\",version=\"none\"")
        .contains(
            "millrace_load_seconds_count{model=\"broken\",outcome=\"LOAD_FAILED\",version=\"1\"}");
    assertThat(scrape).doesNotContain("version=\"987654\"");
  }

  @Test
  void scrape_afterAVersionIsReleased_hasNoSeriesOfIt() throws Exception {
    everyOutcome();
    assertThat(scrape()).contains("model=\"doubling\"");
    Iterator<WatchModelResponse> changes =
        ModelServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .watchModel(WatchModelRequest.newBuilder().setModel("doubling").build());
    changes.next();
    try (Stream<Path> files = Files.walk(folder.resolve("models/doubling"))) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
    int released = 0;
    while (released < 2) {
      // Each change of state is one message.
      assertThat(changes.hasNext()).isTrue();
      VersionState state = changes.next().getVersion().getState();
      released += state == VersionState.VERSION_STATE_RELEASED ? 1 : 0;
    }
    refused(good().build());
    assertThat(scrape()).doesNotContain("model=\"doubling\"");
  }

  /** Answers and refusals of each kind, with made-up names where a name goes. */
  private void everyOutcome() {
    ModelServiceGrpc.ModelServiceBlockingStub models = ModelServiceGrpc.newBlockingStub(channel);
    models.promote(
        PromoteRequest.newBuilder()
            .setName("models/doubling/versions/1")
            .setOverrideGate(true)
            .setReason("the gate has a policy for its feedback alone")
            .build());
    models.setTraffic(
        SetTrafficRequest.newBuilder()
            .setModel("doubling")
            .setTraffic(
                Traffic.newBuilder().setShadow(Shadow.newBuilder().setVersion(2).setShare(1)))
            .build());
    InferenceServiceGrpc.newBlockingStub(channel).predict(good().build());
    Tensor x = good().getInputsOrThrow("x");
    refused(good().setModel(MADE_UP).build());
    refused(good().setModel("models/doubling/versions/987654").build());
    refused(good().setModel("models/doubling/labels/" + MADE_UP).build());
    refused(good().setSignature(MADE_UP).build());
    refused(good().putInputs(MADE_UP, x).build());
    refused(good().addOutputs(MADE_UP).build());
    refused(good().putInputs("x", x.toBuilder().addShape(1).build()).build());
    new Scrape("127.0.0.1:" + server.managementPort())
        .await(compared -> compared == 1, "millrace_shadow_requests_total", "compared");
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

  private void refused(PredictRequest request) {
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> InferenceServiceGrpc.newBlockingStub(channel).predict(request));
    assertThat(error.getStatus().getCode()).isNotIn(Status.Code.UNKNOWN, Status.Code.INTERNAL);
  }

  /** Names of families; a timer's maximum belongs to the timer. */
  private static Set<String> exposed(String scrape) {
    Set<String> names =
        names(scrape, "# TYPE (millrace_\\w+)").collect(Collectors.toCollection(TreeSet::new));
    names.removeIf(
        name -> name.endsWith("_max") && names.contains(name.substring(0, name.length() - 4)));
    return names;
  }

  private static Stream<String> names(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map((MatchResult m) -> m.group(1));
  }

  private String scrape() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.managementPort() + "/metrics"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private void awaitState(String model, VersionState wanted) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    VersionState state = VersionState.VERSION_STATE_UNSPECIFIED;
    while (state != wanted) {
      assertThat(System.nanoTime()).as(model + " is " + wanted + " in time").isLessThan(end);
      try {
        state =
            ModelServiceGrpc.newBlockingStub(channel)
                .modelStatus(ModelStatusRequest.newBuilder().setModel(model).build())
                .getModel()
                .getVersions(0)
                .getState();
      } catch (StatusRuntimeException notFoundYet) {
        assertThat(notFoundYet.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
      }
      Pause.brief();
    }
  }
}
