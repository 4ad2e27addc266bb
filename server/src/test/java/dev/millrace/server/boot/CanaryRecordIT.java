package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.millrace.client.DatasetReceipt;
import dev.millrace.client.DatasetTerms;
import dev.millrace.client.EvaluationRequest;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingJobState;
import dev.millrace.client.TrainingRequest;
import dev.millrace.client.VersionState;
import dev.millrace.server.audit.AuditFolder;
import dev.millrace.server.testing.Canary;
import dev.millrace.server.testing.Door;
import dev.millrace.server.testing.KserveDoor;
import dev.millrace.server.testing.KserveRestDoor;
import dev.millrace.server.testing.NativeDoor;
import dev.millrace.server.testing.NativeHttpDoor;
import dev.millrace.server.testing.RestClient;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.TfServingDoor;
import dev.millrace.server.testing.TfServingRestDoor;
import dev.millrace.v1.DataType;
import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.Tensor;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Marked records on their way through the real program: learned from, measured on, asked over every
 * wire, rightly and wrongly; and then the hunt for them in every file, log line, metric and error.
 */
@Timeout(300)
final class CanaryRecordIT {
  private static final String LEARNED = "canaryoflearning";
  private static final String ASKED = "canaryofasking";
  private static final byte[] LEARNED_ROW = row(37, 11);
  private static final byte[] ASKED_ROW = row(53, 29);
  private static final String EVALUATIONS = ".millrace/evaluations/";
  private static final String REQUESTS = ".millrace/request-log/";

  private final List<Canary> learned =
      List.of(Canary.ofText(LEARNED), Canary.ofPixels(LEARNED_ROW));
  private final List<Canary> asked = List.of(Canary.ofText(ASKED), Canary.ofPixels(ASKED_ROW));
  private final StringBuilder errors = new StringBuilder();

  @TempDir private Path folder;
  @TempDir private Path outside;

  @Test
  void records_learnedMeasuredAndAsked_areWhereTheyAreDeclaredAndGoWithTheirDataset()
      throws Exception {
    for (String model : List.of("text", "mnist")) {
      Path settings = Files.createDirectories(folder.resolve("saved_models").resolve(model));
      Files.writeString(settings.resolve("millrace.yaml"), "request-log: {sample: 1}\n");
    }
    try (RunningServer server =
            RunningServer.start(
                folder,
                Map.of("MILLRACE_LOG_LEVEL", "DEBUG"),
                "--scan-interval",
                "50ms",
                "--check-models",
                "inspect");
        MillraceClient client = MillraceClient.connect(server.address())) {
      learn(client);
      measure(client);
      ask(server);
      String metrics = String.join("\n", new Scrape(server.managementAddress()).lines());
      for (Canary canary : learned) {
        assertThat(canary.isIn(metrics)).as("metrics: %s", canary).isFalse();
        assertThat(canary.hunt(folder))
            .as(canary.toString())
            .isNotEmpty()
            .allMatch(file -> file.startsWith("datasets/") || file.startsWith(EVALUATIONS))
            .anyMatch(file -> file.startsWith(EVALUATIONS));
      }
      for (Canary canary : asked) {
        assertThat(canary.isIn(metrics)).as("metrics: %s", canary).isFalse();
        assertThat(errors.toString().lines().filter(canary::isIn))
            .as("errors: %s", canary)
            .isEmpty();
        assertThat(canary.hunt(folder))
            .as(canary.toString())
            .isNotEmpty()
            .allMatch(file -> file.startsWith(REQUESTS));
      }
      delete(client);
      assertThat(server.stop()).isZero();
    }
    assertThat(Files.readString(folder.resolve("server.log"))).contains("DEBUG");
    for (Canary canary : learned) {
      assertThat(canary.hunt(folder)).as(canary.toString()).isEmpty();
    }
    AuditFolder audit = AuditFolder.of(folder.resolve(".millrace"));
    assertThat(audit.check(List.of())).isEmpty();
    assertThat(audit.lines().stream().flatMap(line -> line.line().stream()))
        .extracting(line -> line.entry().action())
        .contains(
            "millrace.v1.DatasetService/ImportDataset",
            "millrace.v1.TrainingService/CreateTrainingJob",
            "millrace.v1.DatasetService/DeleteDataset",
            "millrace/DatasetDeleted");
  }

  private void learn(MillraceClient client) throws IOException {
    StringBuilder table = new StringBuilder("text,label,place\n");
    for (int i = 0; i < 60; i++) {
      // Labels drawn at odds with the texts, so that some are misread.
      table.append(LEARNED).append(i).append(" says nothing,");
      table.append(i * 7 % 5 < 2 ? "good" : "bad").append(',');
      table.append(LEARNED).append("-place\n");
    }
    Files.writeString(outside.resolve("texts.csv"), table);
    Files.writeString(outside.resolve("dataset.yaml"), "slices: [place]\n");
    client
        .datasets()
        .upload(
            "texts",
            List.of(outside.resolve("texts.csv"), outside.resolve("dataset.yaml")),
            new DatasetTerms("ann", "a hunt", Optional.of(Duration.ofDays(30))),
            progress -> {});
    client
        .datasets()
        .upload(
            "images",
            List.of(
                images("train-images-idx3-ubyte", 48),
                labels("train-labels-idx1-ubyte", 48),
                images("t10k-images-idx3-ubyte", 20),
                labels("t10k-labels-idx1-ubyte", 20)),
            progress -> {});
    train(
        client,
        TrainingRequest.defaults()
            .withRecipe("text-classifier")
            .withDataset("texts")
            .withParameter("epochs", 1));
    train(
        client,
        TrainingRequest.defaults()
            .withRecipe("mnist-cnn")
            .withDataset("images")
            .withParameter("steps", 5)
            .withParameter("batch_size", 8));
    await(client, "text");
    await(client, "mnist");
  }

  private static void train(MillraceClient client, TrainingRequest request) {
    TrainingJobInfo job = client.train(request).follow(event -> {});
    assertThat(job.state()).as(job.message()).isEqualTo(TrainingJobState.SUCCEEDED);
  }

  private static void measure(MillraceClient client) {
    for (String[] each : new String[][] {{"text", "texts"}, {"mnist", "images"}}) {
      assertThat(
              client
                  .evaluate(EvaluationRequest.of(each[0]).on(each[1], "train", 0))
                  .follow(now -> {})
                  .report())
          .isPresent();
    }
  }

  private void ask(RunningServer server) throws Exception {
    ManagedChannel channel = NettyChannelBuilder.forTarget(server.address()).usePlaintext().build();
    RestClient rest = RestClient.of(Integer.parseInt(server.httpAddress().split(":")[1]));
    try {
      for (Door door :
          List.of(
              new NativeDoor(channel),
              new KserveDoor(channel, false),
              new KserveDoor(channel, true),
              new TfServingDoor(channel, false),
              new TfServingDoor(channel, true),
              new KserveRestDoor(rest, true),
              new KserveRestDoor(rest, false),
              new TfServingRestDoor(rest, true),
              new TfServingRestDoor(rest, false),
              new NativeHttpDoor(rest, false),
              new NativeHttpDoor(rest, true))) {
        assertThat(answered(door, text("text", "text"))).as(door + " text").isTrue();
        assertThat(answered(door, image("mnist", "images", 28))).as(door + " image").isTrue();
        assertThat(answered(door, text("text", "other"))).isFalse();
        assertThat(answered(door, text("nobody", "text"))).isFalse();
        assertThat(answered(door, text("mnist", "images"))).isFalse();
        assertThat(answered(door, image("mnist", "images", 27))).isFalse();
        assertThat(answered(door, image("text", "text", 28))).isFalse();
        assertThat(
                answered(
                    door,
                    text("mnist", "encoded").toBuilder().setSignature("classify_image").build()))
            .isFalse();
      }
      InferenceServiceGrpc.newBlockingStub(channel)
          .explain(
              ExplainRequest.newBuilder()
                  .setModel("mnist")
                  .putAllInputs(image("mnist", "images", 28).getInputsMap())
                  .build());
      for (String body :
          List.of(
              ASKED,
              "{\"inputs\": " + ASKED,
              "{\"inputs\": \"" + ASKED + "\"}",
              "{\"inputs\": {\"images\": \"" + ASKED + "\"}}",
              "{\"instances\": [\"" + ASKED + "\"]}",
              "{\"inputs\": [{\"name\": \"images\", \"datatype\": \"FP32\", \"shape\": [1],"
                  + " \"data\": [\""
                  + ASKED
                  + "\"]}]}")) {
        for (String path :
            List.of(
                "/api/v1/models/mnist:predict",
                "/v1/models/mnist:predict",
                "/v2/models/mnist/infer")) {
          errors.append(new String(rest.post(path, body).body(), StandardCharsets.UTF_8));
          errors.append('\n');
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private boolean answered(Door door, PredictRequest request) throws Exception {
    try {
      door.predict(request, CallOptions.DEFAULT).get(30, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException refused) {
      errors.append(refused.getCause()).append('\n');
      if (refused.getCause() instanceof StatusRuntimeException status) {
        assertThat(status.getStatus().getCode()).isNotEqualTo(Status.Code.INTERNAL);
        errors.append(status.getTrailers()).append('\n');
      }
      return false;
    }
  }

  private void delete(MillraceClient client) {
    DatasetReceipt texts = client.datasets().delete("texts", false, "the hunt is over");
    assertThat(texts.owner()).isEqualTo("ann");
    assertThat(texts.purpose()).isEqualTo("a hunt");
    assertThat(texts.versions()).containsExactly("models/text/versions/1");
    assertThat(texts.removed())
        .extracting(DatasetReceipt.Removed::place)
        .contains("datasets", "evaluations");
    assertThat(client.model("text").status().versions().get(0).datasetDeleted())
        .isEqualTo(texts.deleted());
    assertThat(client.model("mnist").status().versions().get(0).datasetDeleted()).isEmpty();
    assertThat(client.datasets().deletions()).containsExactly(texts);

    DatasetReceipt images = client.datasets().delete("images", true, "");
    assertThat(images.deletedVersions()).containsExactly("models/mnist/versions/1");
    assertThat(images.versions()).isEmpty();
    assertThat(client.datasets().list()).hasSize(1);
  }

  private static void await(MillraceClient client, String model) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (client.models().stream().noneMatch(each -> each.model().equals(model))
        || client.model(model).status().versions().get(0).state() != VersionState.AVAILABLE) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static PredictRequest text(String model, String input) {
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(
            input,
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_STRING)
                .addShape(1)
                .addStrings(ByteString.copyFromUtf8("what does " + ASKED + " say?"))
                .build())
        .build();
  }

  private static PredictRequest image(String model, String input, int width) {
    ByteBuffer pixels = ByteBuffer.allocate(28 * width * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 28 * width; i++) {
      pixels.putFloat((ASKED_ROW[i % width] & 0xff) / 255f);
    }
    return PredictRequest.newBuilder()
        .setModel(model)
        .putInputs(
            input,
            Tensor.newBuilder()
                .setDtype(DataType.DATA_TYPE_FLOAT32)
                .addAllShape(List.of(1L, 28L, (long) width, 1L))
                .setData(ByteString.copyFrom(pixels.flip()))
                .build())
        .build();
  }

  private Path images(String name, int count) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (int header : new int[] {0x803, count, 28, 28}) {
      out.writeInt(header);
    }
    for (int i = 0; i < count; i++) {
      for (int y = 0; y < 28; y++) {
        byte[] pixels = LEARNED_ROW.clone();
        // Something that is not the same in all of them.
        pixels[27] = (byte) (i * y);
        out.write(pixels);
      }
    }
    return Files.write(outside.resolve(name), bytes.toByteArray());
  }

  private Path labels(String name, int count) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0x801);
    out.writeInt(count);
    for (int i = 0; i < count; i++) {
      out.writeByte(i % 10);
    }
    return Files.write(outside.resolve(name), bytes.toByteArray());
  }

  private static byte[] row(int step, int from) {
    byte[] row = new byte[28];
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) (i * step + from);
    }
    return row;
  }
}
