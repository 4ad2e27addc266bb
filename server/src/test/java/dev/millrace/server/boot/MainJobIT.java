package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Classification;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import dev.millrace.client.ModelInfo;
import dev.millrace.client.Tensor;
import dev.millrace.client.TrainingEvent;
import dev.millrace.client.TrainingJobHandle;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingJobState;
import dev.millrace.client.TrainingRequest;
import dev.millrace.client.VersionInfo;
import dev.millrace.client.VersionState;
import dev.millrace.server.testing.Command;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.FewDigits;
import dev.millrace.server.testing.RunningServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, as a user does it: the real program, the real digits, the whole loop. Its steps
 * build on one another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
final class MainJobIT {
  private final Digits digits = Digits.ofTestSet();
  private Path folder = Path.of("");
  private RunningServer server;
  private MillraceClient client;

  @BeforeAll
  void trainTheFirstVersionAndServeIt(@TempDir Path temporary) throws IOException {
    folder = temporary;
    FewDigits.write(folder);
    server = RunningServer.start(folder, "--bootstrap", "mnist-cnn");
    client = MillraceClient.connect(server.address());
  }

  @AfterAll
  void stop() throws InterruptedException {
    client.close();
    server.close();
  }

  @Test
  @Order(1)
  void bootstrap_firstStart_servesAVersionOfAtLeast987PerMille() {
    VersionInfo first = client.model("mnist").status().versions().get(0);
    assertThat(first.version()).isEqualTo(1);
    assertThat(first.state()).isEqualTo(VersionState.AVAILABLE);
    assertThat(first.metrics().get("test_accuracy")).isGreaterThanOrEqualTo(0.987);
  }

  @Test
  @Order(2)
  void predict_wholeTestSet_isAsAccurateAsTheManifestSays() {
    int right = 0;
    for (int start = 0; start < 10_000; start += 500) {
      List<Classification> answers =
          client.model("mnist").classify(digits.rows(start, start + 500));
      for (int i = 0; i < answers.size(); i++) {
        right += answers.get(i).label() == digits.label(start + i) ? 1 : 0;
      }
    }
    double stated = client.model("mnist").status().versions().get(0).metrics().get("test_accuracy");
    assertThat(right / 10_000.0).isBetween(stated - 0.0003, stated + 0.0003);
  }

  @Test
  @Order(3)
  void classify_pngFiles_agreeWithTheirPixels() throws IOException {
    for (int i = 0; i < 20; i++) {
      Path file = Files.write(folder.resolve(i + ".png"), digits.png(i));
      Classification byFile = client.model("mnist").classify(file).get(0);
      Classification byPixels = client.model("mnist").classify(digits.pixels(i));
      assertThat(byFile.label()).isEqualTo(byPixels.label());
      for (int j = 0; j < 10; j++) {
        assertThat(byFile.probabilities()[j])
            .isCloseTo(byPixels.probabilities()[j], org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  @Test
  @Order(3)
  void classify_mutatedImageFiles_neverHurtTheServer() throws IOException {
    Random random = new Random(1);
    List<byte[]> originals = new ArrayList<>();
    for (String format : List.of("png", "jpg", "gif", "bmp")) {
      originals.add(digits.encoded(0, format));
    }
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      byte[] mutated = originals.get(i % originals.size()).clone();
      for (int j = 0; j < 1 + i % 6; j++) {
        // The header is hit as often as all the rest.
        int range = random.nextBoolean() ? Math.min(40, mutated.length) : mutated.length;
        mutated[random.nextInt(range)] = (byte) random.nextInt();
      }
      int length = i % 3 == 0 ? random.nextInt(mutated.length) : mutated.length;
      Tensor encoded = Tensor.ofStrings(List.of(Arrays.copyOf(mutated, length)), 1);
      try {
        client.model("mnist").predict("classify_image", Map.of("encoded", encoded));
      } catch (MillraceException answer) {
        assertThat(answer.reason()).as(answer.getMessage()).isEqualTo("VALUE_REJECTED");
        refused++;
      }
    }
    assertThat(refused).isBetween(200, 399);
    assertThat(client.model("mnist").classify(digits.pixels(0)).label()).isEqualTo(7);
  }

  @Test
  @Order(4)
  void grpcurl_withReflectionAlone_doesTheWholeJob() throws Exception {
    Command.assumeInstalled("grpcurl");
    assertThat(grpcurl("", "list"))
        .contains("millrace.v1.InferenceService", "grpc.health.v1.Health");
    assertThat(grpcurl("{\"service\":\"models/mnist\"}", "grpc.health.v1.Health/Check"))
        .contains("SERVING");
    assertThat(grpcurl("{\"model\":\"mnist\"}", "millrace.v1.ModelService/ModelStatus"))
        .contains("VERSION_STATE_AVAILABLE", "models/mnist/versions/1");
    for (int i = 0; i < 3; i++) {
      StringBuilder floats = new StringBuilder();
      for (float pixel : digits.pixels(i)) {
        floats.append(floats.isEmpty() ? "" : ",").append(pixel);
      }
      String request =
          "{\"model\":\"mnist\",\"outputs\":[\"classes\"],\"inputs\":{\"images\":{\"dtype\":\"DATA_TYPE_FLOAT32\",\"shape\":[1,28,28,1],\"floats\":["
              + floats
              + "]}}}";
      assertThat(grpcurl(request, "millrace.v1.InferenceService/Predict").replaceAll("\\s", ""))
          .contains("\"ints\":[\"" + digits.label(i) + "\"]");
    }
    String events =
        grpcurl(
            "{\"spec\":{\"parameters\":{\"steps\":\"20\"}}}", "millrace.v1.TrainingService/Train");
    assertThat(events)
        .contains(
            "TRAINING_JOB_STATE_RUNNING",
            "\"progress\"",
            "\"evaluated\"",
            "models/mnist/versions/2",
            "TRAINING_JOB_STATE_SUCCEEDED");
    awaitAvailable(2);
    assertThat(
            grpcurl(
                "{\"model\":\"models/mnist/versions/2\"}", "millrace.v1.ModelService/ModelStatus"))
        .contains("VERSION_STATE_AVAILABLE");
  }

  @Test
  @Order(5)
  void predict_while200ASecondAndANewVersionIsSwappedIn_neverFails() throws Exception {
    long before = client.model("mnist").status().versions().get(0).version();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Set<Long> answered = ConcurrentHashMap.newKeySet();
    List<CompletableFuture<?>> calls = new ArrayList<>();
    CountDownLatch swapped = new CountDownLatch(1);
    try (var watch =
        client
            .model("mnist")
            .watch(
                version -> {
                  if (version.version() > before && version.state() == VersionState.AVAILABLE) {
                    swapped.countDown();
                  }
                },
                failures::add)) {
      TrainingJobHandle job =
          client.train(
              TrainingRequest.defaults().withDataset(FewDigits.NAME).withParameter("steps", 20));
      long start = System.nanoTime();
      long callsAfterSwap = 0;
      while (callsAfterSwap < 400) {
        calls.add(
            client
                .model("mnist")
                .async()
                .classify(digits.rows(calls.size() % 10_000, calls.size() % 10_000 + 1))
                .whenComplete(
                    (answers, failure) -> {
                      if (failure != null) {
                        failures.add(failure);
                      } else {
                        answered.add(answers.get(0).version());
                      }
                    }));
        callsAfterSwap += swapped.getCount() == 0 ? 1 : 0;
        long due = start + calls.size() * 5_000_000L;
        java.util.concurrent.locks.LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
      }
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .handle((a, b) -> null)
          .join();
      double rate = calls.size() / ((System.nanoTime() - start) / 1e9);
      System.out.printf("%d calls at %.0f a second during training and swap%n", calls.size(), rate);
      assertThat(job.get().state()).isEqualTo(TrainingJobState.SUCCEEDED);
      assertThat(rate).isGreaterThan(150);
    }
    assertThat(failures).isEmpty();
    assertThat(answered).contains(before, before + 1);
  }

  @Test
  @Order(6)
  void train_childKilledMidRun_servingGoesOnTheJobIsTriedAgainAndACancelLeavesNothing()
      throws Exception {
    Set<Path> before = files();
    LongRun run = startLongRun();
    List<ProcessHandle> children = server.children();
    assertThat(children).isNotEmpty();
    children.forEach(ProcessHandle::destroyForcibly);
    run.waits().await();
    TrainingJobInfo waiting = client.trainingJob(run.job().id()).get();
    assertThat(waiting.state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(waiting.reason()).isEqualTo("WORKER_DIED");
    assertThat(waiting.message()).contains("signal 9", "try 1 of 3");
    assertThat(client.model("mnist").classify(digits.pixels(0)).label()).isEqualTo(7);
    run.job().cancel();
    assertThat(run.end().get().state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(files()).isEqualTo(before);
    assertThat(folder.resolve(".millrace/jobs").resolve(run.job().id()).resolve("work"))
        .doesNotExist();
  }

  @Test
  @Order(7)
  void cancel_runningJob_isCancelledSoonAndLeavesNothing() throws Exception {
    Set<Path> before = files();
    TrainingJobHandle job =
        client.train(TrainingRequest.defaults().withParameter("steps", 100_000));
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<TrainingJobInfo> end = job.followAsync(event -> running.countDown());
    running.await();
    job.cancel();
    assertThat(end.get().state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  @Order(8)
  void management_afterAllThat_tellsTheStoryInMetrics() throws Exception {
    assertThat(get("/healthz/live").statusCode()).isEqualTo(200);
    assertThat(get("/healthz/ready").statusCode()).isEqualTo(200);
    assertThat(get("/else").statusCode()).isEqualTo(404);
    long newest = client.model("mnist").status().versions().get(0).version();
    assertThat(get("/metrics").body())
        .contains(
            "millrace_requests_seconds_count{code=\"OK\",model=\"mnist\"",
            "millrace_version_available{model=\"mnist\",version=\"" + newest + "\"} 1.0",
            "millrace_native_tensors_open 0.0",
            "process_resident_memory_bytes");
  }

  @Test
  @Order(9)
  void commandLine_againstTheServer_answersInWordsAndJson() throws Exception {
    Path file = Files.write(folder.resolve("seven.png"), digits.png(0));
    Command text = millrace("predict", file.toString());
    assertThat(text.out()).contains("seven.png: 7 (");
    assertThat(text.exitCode()).isZero();
    assertThat(millrace("predict", "--output", "json", file.toString()).out())
        .contains("\"class\":7");
    assertThat(millrace("models").out()).contains("mnist", "AVAILABLE");
    assertThat(millrace("status", "--output", "json").out()).contains("\"state\":\"AVAILABLE\"");
    assertThat(millrace("train", "--steps", "5", "--output", "json").out())
        .contains("\"state\":\"SUCCEEDED\"");
    Command unknown = millrace("status", "nobody");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("no model 'nobody' is served", "MODEL_NOT_FOUND");
    assertThat(millrace("predict", "no-such-file.png").exitCode()).isEqualTo(2);
    assertThat(millrace("serve", "--prot", "1").exitCode()).isEqualTo(2);
  }

  @Test
  @Order(10)
  void stop_sigtermWithARequestInFlight_answersItExitsWithZeroAndTheNextStartServesAtOnce()
      throws Exception {
    int jobs = client.trainingJobs().size();
    client.model("mnist").changes().load(1);
    awaitAvailable(1);
    client.model("mnist").changes().promote(1);
    assertThat(get("/metrics").body()).contains("millrace_requests_in_flight 0.0");
    CompletableFuture<List<Classification>> inFlight =
        client.model("mnist").async().classify(digits.rows(0, 5000));
    while (!get("/metrics").body().contains("millrace_requests_in_flight 1.0")) {
      assertThat(inFlight).as("a request of 5,000 images is seen in flight").isNotDone();
    }
    assertThat(server.stop()).isZero();
    assertThat(inFlight.get()).hasSize(5000);
    client.close();
    server = RunningServer.start(folder, "--bootstrap", "mnist-cnn");
    client = MillraceClient.connect(server.address());
    assertThat(client.trainingJobs()).hasSize(jobs);
    ModelInfo model = client.model("mnist").status();
    assertThat(model.versions())
        .allMatch(
            version ->
                version.state() == VersionState.AVAILABLE
                    || version.state() == VersionState.STORED);
    Classification champion = client.model("mnist").classify(digits.pixels(0));
    assertThat(champion.version()).isEqualTo(1);
    assertThat(champion.label()).isEqualTo(7);
  }

  @Test
  @Order(11)
  void kill_serverWhileItTrains_endsTheChildAndGoesOnWithTheJobAtTheNextStart() throws Exception {
    LongRun run = startLongRun();
    run.end().cancel(true);
    List<ProcessHandle> children = server.children();
    assertThat(children).isNotEmpty();
    client.close();
    server.kill();
    for (ProcessHandle child : children) {
      child.onExit().get();
    }
    server = RunningServer.start(folder);
    client = MillraceClient.connect(server.address());
    CountDownLatch resumed = new CountDownLatch(1);
    TrainingJobHandle job = client.trainingJob(run.job().id());
    CompletableFuture<TrainingJobInfo> end =
        job.followAsync(
            event -> {
              if (event instanceof TrainingEvent.Resumed again && again.attempt() == 2) {
                resumed.countDown();
              }
            });
    resumed.await();
    assertThat(client.model("mnist").version(1).classify(digits.rows(0, 1)).get(0).label())
        .isEqualTo(7);
    job.cancel();
    assertThat(end.get().state()).isEqualTo(TrainingJobState.CANCELLED);
  }

  private record LongRun(
      TrainingJobHandle job, CompletableFuture<TrainingJobInfo> end, CountDownLatch waits) {}

  /** A run that would take an hour, after its first report. */
  private LongRun startLongRun() throws InterruptedException {
    TrainingJobHandle job =
        client.train(TrainingRequest.defaults().withParameter("steps", 100_000));
    CountDownLatch progressed = new CountDownLatch(1);
    CountDownLatch waits = new CountDownLatch(1);
    CompletableFuture<TrainingJobInfo> end =
        job.followAsync(
            event -> {
              if (event instanceof TrainingEvent.Progressed) {
                progressed.countDown();
              } else if (event instanceof TrainingEvent.StateChanged change
                  && change.state() == TrainingJobState.QUEUED
                  && progressed.getCount() == 0) {
                waits.countDown();
              }
            });
    progressed.await();
    return new LongRun(job, end, waits);
  }

  private void awaitAvailable(long version) throws InterruptedException {
    CountDownLatch available = new CountDownLatch(1);
    try (var watch =
        client
            .model("mnist")
            .watch(
                changed -> {
                  if (changed.version() == version && changed.state() == VersionState.AVAILABLE) {
                    available.countDown();
                  }
                },
                failure -> {})) {
      available.await();
    }
  }

  private Set<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(folder.resolve("saved_models"))) {
      return Set.copyOf(walk.toList());
    }
  }

  private String grpcurl(String request, String what) throws Exception {
    List<String> words = new ArrayList<>(List.of("grpcurl", "-plaintext"));
    if (!request.isEmpty()) {
      words.addAll(List.of("-d", request));
    }
    words.addAll(List.of(server.address(), what));
    Command ended = Command.run(folder, words);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return ended.out();
  }

  private Command millrace(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "MILLRACE_SERVER=" + server.address()));
    command.add(RunningServer.program().toString());
    command.addAll(List.of(words));
    return Command.run(folder, command);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + server.managementAddress() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
