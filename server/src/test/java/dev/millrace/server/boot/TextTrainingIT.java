package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.client.DatasetInfo;
import dev.millrace.client.EvaluationInfo;
import dev.millrace.client.EvaluationRequest;
import dev.millrace.client.ImportOptions;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import dev.millrace.client.Prediction;
import dev.millrace.client.RecipeInfo;
import dev.millrace.client.Tensor;
import dev.millrace.client.TrainingJobInfo;
import dev.millrace.client.TrainingJobState;
import dev.millrace.client.TrainingRequest;
import dev.millrace.client.VersionReport;
import dev.millrace.client.VersionState;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Reviews;
import dev.millrace.server.testing.TrainableModels;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
 * Texts that a user brings, all the way: upload, training in a process of its own, answers over
 * each wire, evaluation, and further training. Its steps build on one another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(240)
final class TextTrainingIT {
  private static final String GOOD = "I love it, this is the best phone ever!";
  private static final String BAD = "Terrible food and awful service, very disappointed.";

  private MillraceServer server;
  private MillraceClient client;
  private Path folder = Path.of("");
  private double accuracy;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    server =
        MillraceServer.start(
            OptionSources.merge(
                Map.of(
                    ServeOption.REPOSITORY, folder.resolve("models").toString(),
                    ServeOption.DATA_DIR, folder.resolve("state").toString(),
                    ServeOption.DATASETS, folder.resolve("state/datasets").toString(),
                    ServeOption.SCAN_INTERVAL, "50ms",
                    ServeOption.CHECK_MODELS, "inspect",
                    ServeOption.PORT, "0",
                    ServeOption.HTTP_PORT, "0",
                    ServeOption.MANAGEMENT_PORT, "0"),
                Map.of(),
                ""));
    server.awaitReady();
    client = MillraceClient.connect("127.0.0.1:" + server.port());
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  @Order(1)
  void upload_realReviews_areADatasetOnceAndForAll() {
    Reviews.writeTo(folder);
    List<Path> files =
        List.of(folder.resolve("reviews/reviews.csv.gz"), folder.resolve("reviews/dataset.yaml"));

    DatasetInfo uploaded = client.datasets().upload("reviews", files, progress -> {});

    assertThat(uploaded.labels()).containsExactly("negative", "positive");
    assertThat(uploaded.slices()).containsExactly("source");
    assertThat(uploaded.trainExamples() + uploaded.validationExamples() + uploaded.testExamples())
        .isEqualTo(3000);
    assertThat(client.datasets().get("reviews")).isEqualTo(uploaded);
    assertThat(client.datasets().upload("reviews", files, progress -> {})).isEqualTo(uploaded);
    assertThat(client.datasets().list())
        .extracting(DatasetInfo::name)
        .containsExactly("mnist", "reviews");
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(
            () -> client.datasets().upload("reviews", List.of(files.get(0)), progress -> {}))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo("DATASET_EXISTS"));
  }

  @Test
  @Order(2)
  void recipes_asked_tellWhatEachTakes() {
    assertThat(client.recipes())
        .extracting(RecipeInfo::name)
        .contains("mnist-cnn", "saved-model-train", "text-classifier");
    RecipeInfo text =
        client.recipes().stream()
            .filter(each -> each.name().equals("text-classifier"))
            .findFirst()
            .orElseThrow();
    assertThat(text.datasetKinds()).containsExactly("TEXTS");
    assertThat(text.parameters())
        .anySatisfy(
            parameter -> {
              assertThat(parameter.name()).isEqualTo("epochs");
              assertThat(parameter.range()).isEqualTo("1 to 1000");
              assertThat(parameter.defaultValue()).isEqualTo("20");
            });
  }

  @Test
  @Order(3)
  void train_reviews_readsUnseenOnes() {
    TrainingJobInfo job = train(request().withParameter("epochs", 15));

    accuracy = job.metrics().get("test_accuracy");
    assertThat(accuracy).isGreaterThan(0.76);
    await("text", 1);
  }

  @Test
  @Order(4)
  void predict_strings_areAnsweredWithLabelsOverEachWire() {
    Prediction answer =
        client
            .model("text")
            .predict(Map.of("text", Tensor.ofStrings(List.of(bytes(GOOD), bytes(BAD)), 2)));
    assertThat(answer.output("label").strings().stream().map(TextTrainingIT::text))
        .containsExactly("positive", "negative");
    assertThat(answer.output("probabilities").rows()[0][1]).isGreaterThan(0.5f);

    Http http = new Http(server.httpPort().getAsInt());
    JsonNode tfServing =
        Http.json(
            http.send(
                "POST",
                "/v1/models/text:predict",
                "{\"instances\": [\"" + GOOD + "\", \"" + BAD + "\"]}"));
    assertThat(tfServing.at("/predictions/0/label").asText()).isEqualTo("positive");
    assertThat(tfServing.at("/predictions/1/label").asText()).isEqualTo("negative");
    JsonNode kserve =
        Http.json(
            http.send(
                "POST",
                "/v2/models/text/infer",
                "{\"inputs\": [{\"name\": \"text\", \"datatype\": \"BYTES\", \"shape\": [2],"
                    + " \"data\": [\""
                    + GOOD
                    + "\", \""
                    + BAD
                    + "\"]}], \"outputs\": [{\"name\": \"label\"}]}"));
    assertThat(kserve.at("/outputs/0/datatype").asText()).isEqualTo("BYTES");
    assertThat(kserve.at("/outputs/0/data/0").asText()).isEqualTo("positive");
    assertThat(kserve.at("/outputs/0/data/1").asText()).isEqualTo("negative");
  }

  @Test
  @Order(5)
  void evaluate_onTheTestSplit_agreesWithTheRunAndTellsSlices() {
    EvaluationInfo evaluation =
        client.evaluate(EvaluationRequest.of("text").on("reviews", "test", 0)).follow(now -> {});

    VersionReport report = evaluation.report().orElseThrow().version();
    assertThat(report.accuracy().value()).isEqualTo(accuracy);
    assertThat(report.classes())
        .extracting(VersionReport.ClassReport::label)
        .containsExactly("negative", "positive");
    Map<String, Long> sources = new HashMap<>();
    report.slices().stream()
        .filter(slice -> slice.by().equals("source"))
        .forEach(slice -> sources.put(slice.value(), slice.accuracy().of()));
    assertThat(sources.keySet()).containsExactlyInAnyOrder("amazon", "imdb", "yelp");
    assertThat(sources.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(report.accuracy().of());
  }

  @Test
  @Order(6)
  void train_fromTheVersion_makesItTheParent() {
    TrainingJobInfo job =
        train(
            request()
                .withParameter("epochs", 1)
                .withParameter("learning_rate", "0.0001")
                .withParameter("from_version", 1));

    assertThat(job.publishedVersion()).hasValue(2);
    assertThat(job.metrics().get("test_accuracy")).isGreaterThan(0.74);
    assertThat(
            Http.text(new Http(server.httpPort().getAsInt()).get("/api/v1/models/text/versions/2")))
        .contains("models/text/versions/1");
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> client.train(request().withParameter("from_version", 9)))
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo("VERSION_NOT_FOUND"));
  }

  @Test
  @Order(7)
  void train_importedModelOfPythons_goesOnByItsOwnSignatures() {
    Path python = folder.resolve("python");
    TrainableModels.softmax(python);
    client.model("digits").importVersion(python, ImportOptions.none());
    await("digits", 1);
    assertThat(client.model("digits").status().versions().get(0).signatures().keySet())
        .contains("infer", "train")
        .doesNotContain("save", "restore");

    TrainingJobInfo job =
        train(
            TrainingRequest.defaults()
                .withModel("digits")
                .withRecipe("saved-model-train")
                .withParameter("steps", 100)
                .withParameter("from_version", 1));

    assertThat(job.metrics().get("parent_test_accuracy")).isLessThan(0.2);
    assertThat(job.metrics().get("test_accuracy")).isGreaterThan(0.8);
    assertThat(job.publishedVersion()).hasValue(2);
  }

  @Test
  @Order(9)
  void upload_byAForm_makesADatasetOfItsParts() {
    Http http = new Http(server.httpPort().getAsInt());
    // Equal texts come into one part of the dataset, so that each is another.
    String table =
        IntStream.range(0, 40)
            .mapToObj(i -> "good in way " + i + ",positive\nbad in way " + i + ",negative\n")
            .collect(Collectors.joining("", "review,label\n", ""));
    String layout = "text: review\n";
    HttpResponse<byte[]> made = post(http, "posted", table, layout);
    assertThat(made.statusCode()).as(Http.text(made)).isEqualTo(200);
    JsonNode dataset = Http.json(made).path("dataset");
    assertThat(dataset.path("kind").asText()).isEqualTo("DATASET_KIND_TEXTS");
    assertThat(client.datasets().get("posted").digest()).isEqualTo(dataset.path("digest").asText());

    assertThat(Http.json(post(http, "posted", table, layout))).isEqualTo(Http.json(made));
    assertThat(Http.reason(post(http, "posted", table + "fair,positive\n", layout)))
        .isEqualTo("DATASET_EXISTS");
    assertThat(Http.reason(post(http, "other", table, "text: nothing\n")))
        .isEqualTo("DATASET_INVALID");
    assertThat(Http.reason(http.send("POST", "/api/v1/datasets/other:upload", "{}")))
        .isEqualTo("MEDIA_TYPE_UNSUPPORTED");
    assertThat(
            Http.reason(
                http.send(
                    http.request("/api/v1/datasets/other:upload")
                        .header("content-type", "multipart/form-data; boundary=edge")
                        .POST(HttpRequest.BodyPublishers.ofString("no edge at all")))))
        .isIn("REQUEST_MALFORMED", "IMPORT_INVALID");
  }

  /** As {@code curl -F file=@table.csv -F dataset.yaml=...} sends it. */
  private static HttpResponse<byte[]> post(Http http, String name, String table, String layout) {
    String body =
        """
        --edge\r
        Content-Disposition: form-data; name="file"; filename="table.csv"\r
        Content-Type: text/csv\r
        \r
        %s\r
        --edge\r
        Content-Disposition: form-data; name="dataset.yaml"\r
        \r
        %s\r
        --edge--\r
        """
            .formatted(table, layout);
    return http.send(
        http.request("/api/v1/datasets/" + name + ":upload")
            .header("content-type", "multipart/form-data; boundary=edge")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static TrainingRequest request() {
    return TrainingRequest.defaults().withRecipe("text-classifier").withDataset("reviews");
  }

  private TrainingJobInfo train(TrainingRequest request) {
    TrainingJobInfo job = client.train(request).follow(event -> {});
    assertThat(job.state()).as(job.message()).isEqualTo(TrainingJobState.SUCCEEDED);
    return job;
  }

  private void await(String model, long version) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (client.models().stream().noneMatch(each -> each.model().equals(model))
        || client.model(model).status().versions().stream()
            .noneMatch(
                each -> each.version() == version && each.state() == VersionState.AVAILABLE)) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
