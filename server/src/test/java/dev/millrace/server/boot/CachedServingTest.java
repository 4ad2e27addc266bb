package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DataType;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The response cache through a whole server, with real models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class CachedServingTest {
  private static Path folderOfModels;
  private static MillraceServer server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    folderOfModels = folder.resolve("models");
    SmallModels.doubling(folderOfModels.resolve("plain/1"));
    for (String cached : List.of("doubling", "callers", "renewed", "crowded")) {
      SmallModels.doubling(folderOfModels.resolve(cached + "/1"));
      switchOn(cached);
    }
    SmallModels.noise(folderOfModels.resolve("noise/1"));
    switchOn("noise");
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folderOfModels.toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    // Copied in by hand, the models are served when two scans have seen the same files.
    await(() -> models().size() == 6);
    server.awaitReady();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    assertThat(server.openTensors()).isZero();
    server.close();
  }

  @Test
  void predict_cacheNotSwitchedOn_nothingIsCounted() throws Exception {
    ask(channel, "plain", 1);
    ask(channel, "plain", 1);
    assertThat(metric("millrace_cache_requests_total", "plain")).isZero();
  }

  @Test
  void predict_equalRequestAgain_isTheSameAnswerAndIsCounted() throws Exception {
    PredictResponse first = ask(channel, "doubling", 5);
    assertThat(first.getOutputsOrThrow("y").getFloatsList()).containsExactly(10f, 10f);
    assertThat(ask(channel, "doubling", 5)).isEqualTo(first);
    assertThat(ask(channel, "doubling", 6).getOutputsOrThrow("y").getFloats(0)).isEqualTo(12);
    assertThat(outcome("doubling", "hit")).isEqualTo(1);
    assertThat(outcome("doubling", "miss")).isEqualTo(2);
    assertThat(metric("millrace_run_time_seconds_count", "doubling")).isEqualTo(2);
    assertThat(metric("millrace_cache_bytes", "doubling")).isBetween(1000.0, 10_000.0);
    assertThat(metric("millrace_cache_saved_seconds_total", "doubling")).isPositive();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void predict_sameRequestFromAnotherAddress_runs() throws Exception {
    ManagedChannel other =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .localSocketPicker(
                new NettyChannelBuilder.LocalSocketPicker() {
                  @Override
                  public SocketAddress createSocketAddress(
                      SocketAddress remote, Attributes attributes) {
                    return new InetSocketAddress("127.0.0.2", 0);
                  }
                })
            .build();
    try {
      ask(channel, "callers", 1);
      ask(other, "callers", 1);
      assertThat(outcome("callers", "miss")).isEqualTo(2);
      ask(other, "callers", 1);
      assertThat(outcome("callers", "hit")).isEqualTo(1);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void predict_newVersion_runsAndTheOldOnesSeriesGo() throws Exception {
    ask(channel, "renewed", 1);
    SmallModels.doubling(folderOfModels.resolve("renewed/2"));
    await(() -> ask(channel, "renewed", 1).getModel().endsWith("/versions/2"));
    assertThat(metric("millrace_cache_requests_total", "renewed", "version=\"2\"", "miss"))
        .isEqualTo(1);
    try (Stream<Path> files = Files.walk(folderOfModels.resolve("renewed/1"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    await(() -> metric("millrace_cache_requests_total", "renewed", "version=\"1\"") == 0);
    await(() -> metric("millrace_cache_bytes", "renewed", "version=\"1\"") == 0);
  }

  @Test
  void predict_fiftyEqualRequestsAtOnce_runOnce() throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build());
    }
    try {
      List<ListenableFuture<PredictResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(
            InferenceServiceGrpc.newFutureStub(channels.get(i % 5)).predict(request("crowded", 3)));
      }
      assertThat(Futures.allAsList(answers).get())
          .allMatch(answer -> answer.getOutputsOrThrow("y").getFloats(1) == 6);
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
    assertThat(outcome("crowded", "miss")).isEqualTo(1);
    assertThat(outcome("crowded", "hit") + outcome("crowded", "joined")).isEqualTo(49);
    assertThat(metric("millrace_run_time_seconds_count", "crowded")).isEqualTo(1);
  }

  @Test
  void predict_randomModel_goesPastAndTheStatusSaysWhy() throws Exception {
    assertThat(ask(channel, "noise", 1)).isNotEqualTo(ask(channel, "noise", 1));
    assertThat(outcome("noise", "changing")).isEqualTo(2);
    Model noise =
        models().stream().filter(model -> model.getName().equals("models/noise")).findAny().get();
    assertThat(noise.getVersions(0).getWarmUp().getNotCachedOrThrow("serving_default"))
        .contains("'y' changed");
  }

  private static List<Model> models() {
    return ModelServiceGrpc.newBlockingStub(channel)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList();
  }

  private static void switchOn(String model) throws IOException {
    Files.writeString(folderOfModels.resolve(model + "/millrace.yaml"), "cache: {max-size: 1MiB}");
  }

  private static PredictResponse ask(ManagedChannel through, String model, float value) {
    return InferenceServiceGrpc.newBlockingStub(through).predict(request(model, value));
  }

  private static PredictRequest request(String model, float value) {
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(
            "x",
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addAllShape(List.of(1L, 2L))
                .addAllFloats(List.of(value, value))
                .build())
        .build();
  }

  private static double outcome(String model, String outcome) {
    return metric("millrace_cache_requests_total", model, "outcome=\"" + outcome + "\"");
  }

  /** Sum of a metric's series of a model whose labels contain the texts. */
  private static double metric(String name, String model, String... texts) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.managementPort() + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + "{"))
          .filter(line -> line.contains("model=\"" + model + "\""))
          .filter(line -> Arrays.stream(texts).allMatch(line::contains))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it happens in time").isLessThan(end);
      Pause.brief();
    }
  }
}
