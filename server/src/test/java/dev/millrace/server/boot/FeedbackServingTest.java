package dev.millrace.server.boot;

import static io.grpc.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.tensorflow.worker.TrainingReference;
import dev.millrace.server.testing.Digits;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.server.testing.NativeDoor;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.server.testing.TrainedDigits;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetFeedbackRequest;
import dev.millrace.v1.GetFeedbackResponse;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GiveFeedbackRequest;
import dev.millrace.v1.GiveFeedbackResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.InputDrift;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.JudgementState;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.VersionFeedback;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Feedback against a whole server and a version that was really trained. */
@Timeout(120)
final class FeedbackServingTest {
  private static final Digits DIGITS = Digits.ofTestSet();
  private static final int ASKED = 30;
  private static final int BATCH = 50;
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  private static LifeRig rig;
  private static Http http;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    Path exported = folder.resolve("models/mnist/1");
    TrainedDigits.export(exported, 60);
    TrainingReference.write(new Datasets(Path.of("none")).load("mnist"), exported);
    copy(exported, folder.resolve("models/wires/1"));
    copy(exported, folder.resolve("models/inputs/1"));
    for (String model : List.of("mnist", "wires", "inputs")) {
      Files.writeString(
          folder.resolve("models/" + model + "/gate.yaml"),
          "evaluate: {examples: 500}\nfeedback: {keep: 100}\n");
    }
    rig = LifeRig.start(folder, Map.of());
    http = new Http(rig.server.httpPort().orElseThrow());
    for (String model : List.of("mnist", "wires", "inputs")) {
      rig.awaitAvailable(model, 1);
    }
  }

  @AfterAll
  static void stop() {
    assertThat(rig.server.openTensors()).isZero();
    rig.close();
  }

  @Test
  void feedback_toPredictionsWithNames_isCountedAndDriftIsSeen() {
    judge(rig);
    int right = 0;
    for (int i = 0; i < ASKED; i++) {
      predict(rig, "digit-" + i, DIGITS.pixels(0));
      GiveFeedbackResponse told = tell("mnist", "digit-" + i, DIGITS.label(i));
      assertThat(told.getVersion()).isEqualTo("models/mnist/versions/1");
      assertThat(told.getPredictedList()).hasSize(1).first().asString().matches("[0-9]");
      right += told.getRight();
    }
    assertThat(refusal(() -> tell("mnist", "never-asked", 1))).isEqualTo("PREDICTION_NOT_FOUND");
    assertThat(refusal(() -> tell("nobody", "digit-0", 1))).isEqualTo("MODEL_NOT_FOUND");
    assertThat(refusal(() -> predict(rig, "x".repeat(129), DIGITS.pixels(0))))
        .isEqualTo("NAME_INVALID");

    GetFeedbackResponse report = report("mnist");
    assertThat(report.getEnabled()).isTrue();
    assertThat(report.getWaiting()).isEqualTo(ASKED);
    VersionFeedback version = report.getVersions(0);
    assertThat(version.getAnswered()).isEqualTo(ASKED);
    assertThat(version.getAccuracy().getOf()).isEqualTo(ASKED);
    assertThat(version.getAccuracy().getHits()).isEqualTo(right);
    // The same digit each time is nothing like what it was measured on.
    assertThat(version.getClassPsi()).isGreaterThan(0.25);
    assertThat(version.getConfidenceKs()).isGreaterThan(0).isLessThan(1);
    assertThat(version.getConfidencePValue()).isBetween(0.0, 1.0);

    assertThat(rig.model("mnist").getVersions(0).getFeedback()).isEqualTo(version);
    Scrape metrics = new Scrape("127.0.0.1:" + rig.server.managementPort());
    String model = "model=\"mnist\"";
    assertThat(metrics.value("millrace_feedback_answered_total", model)).isEqualTo(ASKED);
    assertThat(metrics.value("millrace_feedback_told", model, "right")).isEqualTo(right);
    assertThat(metrics.value("millrace_feedback_told", model, "wrong")).isEqualTo(ASKED - right);
    assertThat(metrics.value("millrace_online_accuracy", model))
        .isEqualTo(version.getAccuracy().getValue());
    assertThat(metrics.value("millrace_drift_psi", model, "of=\"answers\""))
        .isEqualTo(version.getClassPsi());
    assertThat(metrics.value("millrace_drift_psi", model, "of=\"inputs\""))
        .isEqualTo(version.getInputs().getPsi());
  }

  @Test
  void inputs_unlikeTheTraining_showTheirDriftAndOthersDoNot() {
    for (int i = 0; i < 10; i++) {
      ask(DIGITS.rows(i * BATCH, (i + 1) * BATCH));
    }
    InputDrift unchanged = report("inputs").getVersions(0).getInputs();
    assertThat(unchanged.getFromTraining()).isTrue();
    // The first may have come before the reference was read.
    assertThat(unchanged.getExamples()).isBetween(5L * BATCH, 10L * BATCH);
    assertThat(unchanged.getPsi()).isLessThan(0.2);
    assertThat(unchanged.getFeaturesList()).hasSize(11);
    for (int i = 0; i < 10; i++) {
      float[][] rows = DIGITS.rows(i * BATCH, (i + 1) * BATCH);
      for (float[] row : rows) {
        for (int pixel = 0; pixel < row.length; pixel++) {
          row[pixel] = 1 - row[pixel];
        }
      }
      ask(rows);
    }
    assertThat(report("inputs").getVersions(0).getInputs().getPsi()).isGreaterThan(0.25);
  }

  @Test
  void names_ofEveryWire_nameThePrediction() throws Exception {
    PredictRequest request =
        PredictRequest.newBuilder()
            .setModel("wires")
            .putInputs("images", DoorRig.floats(new long[] {1, 28, 28, 1}, DIGITS.pixels(1)))
            .build();
    InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(request.toBuilder().setRequestId("own-field").build());
    echoed("native-header", channel -> new NativeDoor(channel).predict(request, DEFAULT).get());
    echoed(
        "tf-header", channel -> new TfServingDoor(channel, true).predict(request, DEFAULT).get());
    new KserveDoor(rig.channel(), true).predict(request, DEFAULT).get();

    String pixels = Arrays.toString(DIGITS.pixels(1));
    posted(
        "/api/v1/models/wires:predict",
        "native-rest",
        "{\"inputs\": {\"images\": {\"dtype\": \"DATA_TYPE_FLOAT32\", \"shape\": [1, 28, 28, 1],"
            + " \"floats\": %s}}}".formatted(pixels));
    posted(
        "/v1/models/wires:predict",
        "tf-rest",
        "{\"inputs\": [%s]}".formatted(rows(DIGITS.pixels(1))));
    posted(
        "/v2/models/wires/infer",
        "kserve-rest-header",
        "{\"inputs\": [{\"name\": \"images\", \"shape\": [1, 28, 28, 1], \"datatype\": \"FP32\","
            + " \"data\": %s}]}".formatted(pixels));
    posted(
        "/v2/models/wires/infer",
        "passed-over",
        "{\"id\": \"kserve-rest\", \"inputs\": [{\"name\": \"images\", \"shape\": [1, 28, 28, 1],"
            + " \"datatype\": \"FP32\", \"data\": %s}]}".formatted(pixels));
    HttpResponse<byte[]> picture =
        http.send(
            http.request("/api/v1/models/wires:classify")
                .header("x-request-id", "picture")
                .POST(HttpRequest.BodyPublishers.ofByteArray(DIGITS.png(1))));
    assertThat(picture.statusCode()).isEqualTo(200);

    List<String> names =
        List.of(
            "own-field",
            "native-header",
            "tf-header",
            "call-7",
            "native-rest",
            "tf-rest",
            "kserve-rest-header",
            "kserve-rest",
            "picture");
    String answer = "";
    for (String name : names) {
      GiveFeedbackResponse told = tell("wires", name, DIGITS.label(1));
      assertThat(told.getVersion()).as(name).isEqualTo("models/wires/versions/1");
      answer = answer.isEmpty() ? told.getPredicted(0) : answer;
      assertThat(told.getPredictedList()).as(name).containsExactly(answer);
    }
    assertThat(refusal(() -> tell("wires", "passed-over", 1))).isEqualTo("PREDICTION_NOT_FOUND");
    assertThat(report("wires").getVersions(0).getAccuracy().getOf()).isEqualTo(names.size());
    assertThat(report("wires").getWaiting()).isEqualTo(names.size());
  }

  @Test
  void names_ofCallsThatFail_comeBackWithTheError() {
    Metadata named = new Metadata();
    named.put(REQUEST_ID, "lost-1");
    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                InferenceServiceGrpc.newBlockingStub(rig.channel())
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(named))
                    .predict(PredictRequest.newBuilder().setModel("nobody").build()));
    assertThat(failed.getTrailers().get(REQUEST_ID)).isEqualTo("lost-1");
  }

  private interface NamedCall {
    void through(Channel channel) throws Exception;
  }

  /** Makes a call whose header is a name, which comes back in the answer's. */
  private static void echoed(String name, NamedCall call) throws Exception {
    Metadata headers = new Metadata();
    headers.put(REQUEST_ID, name);
    AtomicReference<Metadata> answered = new AtomicReference<>();
    call.through(
        ClientInterceptors.intercept(
            rig.channel(),
            MetadataUtils.newAttachHeadersInterceptor(headers),
            MetadataUtils.newCaptureMetadataInterceptor(answered, new AtomicReference<>())));
    assertThat(answered.get().get(REQUEST_ID)).isEqualTo(name);
  }

  private static void posted(String path, String name, String body) {
    HttpResponse<byte[]> answer =
        http.send(
            http.request(path)
                .header("content-type", "application/json")
                .header("x-request-id", name)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    assertThat(answer.headers().allValues("x-request-id")).containsExactly(name);
  }

  /** A picture as nested lists, [28, 28, 1]. */
  private static String rows(float[] pixels) {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < pixels.length; i++) {
      json.append(i % 28 == 0 ? (i == 0 ? "[" : ", [") : ", ").append('[').append(pixels[i]);
      json.append(i % 28 == 27 ? "]]" : "]");
    }
    return json.append(']').toString();
  }

  private static void ask(float[][] rows) {
    float[] all = new float[rows.length * 784];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * 784, 784);
    }
    InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(
            PredictRequest.newBuilder()
                .setModel("inputs")
                .putInputs("images", DoorRig.floats(new long[] {rows.length, 28, 28, 1}, all))
                .build());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        Files.copy(file, target);
      }
    }
  }

  private static GetFeedbackResponse report(String model) {
    return FeedbackServiceGrpc.newBlockingStub(rig.channel())
        .getFeedback(GetFeedbackRequest.newBuilder().setModel(model).build());
  }

  private static String refusal(ThrowingCallable call) {
    return LifeRig.reason(catchThrowableOfType(StatusRuntimeException.class, call));
  }

  private static void judge(LifeRig rig) {
    GateServiceGrpc.GateServiceBlockingStub gate = GateServiceGrpc.newBlockingStub(rig.channel());
    String name = "models/mnist/versions/1";
    gate.judgeVersion(JudgeVersionRequest.newBuilder().setName(name).setHold(true).build());
    GetJudgementRequest request = GetJudgementRequest.newBuilder().setName(name).build();
    LifeRig.await(
        () ->
            gate.getJudgement(request).getJudgement().getState()
                == JudgementState.JUDGEMENT_STATE_PASSED,
        () -> gate.getJudgement(request).toString());
  }

  private static void predict(LifeRig rig, String name, float[] pixels) {
    InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(
            PredictRequest.newBuilder()
                .setModel("mnist")
                .setRequestId(name)
                .putInputs("images", DoorRig.floats(new long[] {1, 28, 28, 1}, pixels))
                .build());
  }

  private static GiveFeedbackResponse tell(String model, String name, int label) {
    return FeedbackServiceGrpc.newBlockingStub(rig.channel())
        .giveFeedback(
            GiveFeedbackRequest.newBuilder()
                .setModel(model)
                .setRequestId(name)
                .addLabels(Integer.toString(label))
                .build());
  }
}
