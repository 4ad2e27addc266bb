package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.RestClient;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.SmallModels;
import io.grpc.CallOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.DataType;

/** TensorFlow Serving's REST API: its documents, value by value, its codes and its texts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TfServingRestTest {
  private static final String EXAMPLES = "{\"x\":[1.0,2.0]},{\"x\":[3.0,4.0]}";
  private Path folder;
  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path home) throws Exception {
    folder = home;
    rig = DoorRig.start(home, List.of("tf1_examples"));
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  private void assertAnswers(HttpResponse<byte[]> response, int code, String document) {
    assertThat(RestClient.json(response)).isEqualTo(json(document));
    assertThat(response.statusCode()).isEqualTo(code);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
  }

  private static JsonNode json(String document) {
    return RestClient.json(document.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void status_ofAModelAVersionAndALabel_isTensorFlowServingsDocument() {
    String one =
        "{\"version\":\"%s\",\"state\":\"AVAILABLE\",\"status\":{\"error_code\":\"OK\",\"error_message\":\"\"}}";
    String first = String.format(one, 1);
    assertAnswers(
        rig.rest.get("/v1/models/doubling/versions/1"),
        200,
        "{\"model_version_status\":[" + first + "]}");
    assertAnswers(
        rig.rest.get("/v1/models/doubling/labels/stable"),
        200,
        "{\"model_version_status\":[" + first + "]}");
    assertThat(RestClient.json(rig.rest.get("/v1/models/doubling")).get("model_version_status"))
        .contains(json(first), json(String.format(one, 2)))
        .hasSize(2);
    JsonNode broken =
        RestClient.json(rig.rest.get("/v1/models/broken")).get("model_version_status").get(0);
    assertThat(broken.get("state").asText()).isEqualTo("END");
    assertThat(broken.get("status").get("error_code").asText()).isNotEqualTo("OK");
    assertThat(broken.get("status").get("error_message").asText()).isNotEmpty();
  }

  @Test
  void metadata_ofAModel_isTensorFlowServingsDocument() {
    String tensor =
        "{\"dtype\":\"DT_FLOAT\",\"tensor_shape\":{\"dim\":[{\"size\":\"-1\",\"name\":\"\"},"
            + "{\"size\":\"2\",\"name\":\"\"}],\"unknown_rank\":false},\"name\":\"%s:0\"}";
    String document =
        "{\"model_spec\":{\"name\":\"doubling\",\"signature_name\":\"\",\"version\":\"1\"},"
            + "\"metadata\":{\"signature_def\":{\"signature_def\":{\"serving_default\":{"
            + "\"inputs\":{\"x\":"
            + String.format(tensor, "x")
            + "},\"outputs\":{\"y\":"
            + String.format(tensor, "y")
            + "},\"method_name\":\"tensorflow/serving/predict\"}}}}}";
    assertAnswers(rig.rest.get("/v1/models/doubling/labels/stable/metadata"), 200, document);
    assertAnswers(
        rig.rest.get("/v1/models/doubling/versions/2/metadata"),
        200,
        document.replace("\"version\":\"1\"", "\"version\":\"2\""));
  }

  @Test
  void predict_rowsAndColumns_answerInTheSameForm() {
    HttpResponse<byte[]> rows =
        rig.rest.post("/v1/models/doubling:predict", "{\"instances\":[[1,2],[0.05,1e10]]}");
    assertAnswers(rows, 200, "{\"predictions\":[[2.0,4.0],[0.1,2.0E10]]}");
    assertThat(rows.headers().firstValue("millrace-model")).contains("models/doubling/versions/2");
    assertAnswers(
        rig.rest.post(
            "/v1/models/doubling/versions/1:predict",
            "{\"signature_name\":\"serving_default\",\"instances\":[{\"x\":[1,2]}]}"),
        200,
        "{\"predictions\":[[2.0,4.0]]}");
    for (String inputs : new String[] {"[[1,2]]", "{\"x\":[[1,2]]}"}) {
      assertAnswers(
          rig.rest.post("/V1/models/doubling/labels/stable:predict", "{\"inputs\":" + inputs + "}"),
          200,
          "{\"outputs\":[[2.0,4.0]]}");
    }
  }

  @Test
  void predict_valuesThatAreNoNumbers_areBareTokens() {
    HttpResponse<byte[]> response =
        rig.rest.post(
            "/v1/models/doubling:predict", "{\"instances\":[[NaN,Infinity],[-Infinity,-0.0]]}");
    assertThat(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo("{\"predictions\":[[NaN,Infinity],[-Infinity,-0.0]]}");
  }

  @Test
  void predict_compressedBodies_areReadAndAnsweredSo() throws Exception {
    String row = "[1,2],".repeat(1000);
    byte[] document = ("{\"instances\":[" + row + "[1,2]]}").getBytes(StandardCharsets.UTF_8);
    for (String coding : new String[] {"gzip", "deflate"}) {
      ByteArrayOutputStream compressed = new ByteArrayOutputStream();
      try (OutputStream to =
          coding.equals("gzip")
              ? new GZIPOutputStream(compressed)
              : new DeflaterOutputStream(compressed)) {
        to.write(document);
      }
      HttpResponse<byte[]> response =
          rig.rest
              .send(
                  "POST",
                  "/v1/models/doubling:predict",
                  compressed.toByteArray(),
                  CallOptions.DEFAULT,
                  "Content-Encoding",
                  coding,
                  "Accept-Encoding",
                  coding)
              .join();
      assertThat(response.statusCode()).as(coding).isEqualTo(200);
      assertThat(response.headers().firstValue("content-encoding")).contains(coding);
      ByteArrayInputStream answer = new ByteArrayInputStream(response.body());
      byte[] plain =
          (coding.equals("gzip") ? new GZIPInputStream(answer) : new InflaterInputStream(answer))
              .readAllBytes();
      assertThat(RestClient.json(plain).get("predictions")).hasSize(1001);
    }
    HttpResponse<byte[]> unknown =
        rig.rest
            .send(
                "POST",
                "/v1/models/doubling:predict",
                document,
                CallOptions.DEFAULT,
                "Content-Encoding",
                "br")
            .join();
    assertThat(unknown.statusCode()).isEqualTo(415);
    assertThat(RestClient.json(unknown).get("error").asText()).contains("gzip, deflate or none");
  }

  @Test
  void predict_deadlineBeforeTheEndOfTheRun_is504() {
    HttpResponse<byte[]> late =
        rig.rest
            .send(
                "POST",
                "/v1/models/slow:predict",
                slow(),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.MILLISECONDS))
            .join();
    assertThat(late.statusCode()).isEqualTo(504);
    rig.awaitNoTensors();
  }

  @Test
  void predict_theClientLeaves_endsTheCall() {
    CompletableFuture<HttpResponse<byte[]>> call =
        rig.rest.send("POST", "/v1/models/slow:predict", slow(4), CallOptions.DEFAULT);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (rig.server.openTensors() == 0) {
      assertThat(System.nanoTime()).as("the call arrives in time").isLessThan(end);
      Thread.onSpinWait();
    }
    call.cancel(true);
    Scrape metrics = new Scrape("127.0.0.1:" + rig.server.managementPort());
    String[] cancelled = {"model=\"slow\"", "why=\"cancelled\""};
    // Before its run or in it; a call that nobody cancels is in neither.
    while (metrics.value("millrace_dropped_total", cancelled)
            + metrics.value("millrace_work_wasted_seconds_total", cancelled)
        == 0) {
      assertThat(System.nanoTime()).as("the call ends in time").isLessThan(end);
    }
    rig.awaitNoTensors();
  }

  private static byte[] slow() {
    return slow(1);
  }

  private static byte[] slow(int rows) {
    String row = "[" + "0,".repeat(SmallModels.SLOW_WIDTH - 1) + "0]";
    return ("{\"instances\":[" + (row + ",").repeat(rows - 1) + row + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void predict_aLaterVersionOfAnotherType_isReadAsItsType() throws Exception {
    version(1, DataType.DT_FLOAT);
    String path = "/v1/models/changing:predict";
    assertAnswers(rig.rest.post(path, "{\"inputs\":[1,2.5]}"), 200, "{\"outputs\":[1.0,2.5]}");
    version(2, DataType.DT_INT64);
    assertAnswers(rig.rest.post(path, "{\"inputs\":[1,2]}"), 200, "{\"outputs\":[1,2]}");
    assertThat(RestClient.json(rig.rest.post(path, "{\"inputs\":[2.5]}")).get("error").asText())
        .isEqualTo("JSON Value: 2.5 Type: Number is not of expected type: int64");
    version(3, DataType.DT_STRING);
    assertAnswers(rig.rest.post(path, "{\"inputs\":[\"a\"]}"), 200, "{\"outputs\":[\"a\"]}");
  }

  /** Has a model {@code changing} answer by another version. */
  private void version(int number, DataType dtype) throws Exception {
    Path made = folder.resolve("made-" + number);
    SmallModels.identity(made, dtype);
    Path model = Files.createDirectories(folder.resolve("models/changing"));
    Files.move(made, model.resolve(Integer.toString(number)));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!new String(
            rig.rest.get("/v1/models/changing/versions/" + number).body(), StandardCharsets.UTF_8)
        .contains("AVAILABLE")) {
      assertThat(System.nanoTime()).as("version %d is served in time", number).isLessThan(end);
      Pause.brief();
    }
  }

  @Test
  void predict_severalOutputs_areNamed() {
    JsonNode columns =
        RestClient.json(
            rig.rest.post(
                "/v1/models/echo:predict", "{\"inputs\":[\"a\",{\"b64\":\"w6k=\"},\"\"]}"));
    assertThat(columns.get("outputs").get("echo")).isEqualTo(json("[\"a\",\"é\",\"\"]"));
    JsonNode rows =
        RestClient.json(
            rig.rest.post("/v1/models/echo:predict", "{\"instances\":[\"a\",{\"b64\":\"w6k=\"}]}"));
    if (columns.get("outputs").get("size").isArray()) {
      assertThat(rows.get("predictions").get(1).get("echo").asText()).isEqualTo("é");
    } else {
      assertThat(rows.get("error").asText()).contains("has no shape information");
    }
  }

  @Test
  void classifyAndRegress_examples_giveResults() {
    assertAnswers(
        rig.rest.post("/v1/models/tf1_examples:classify", "{\"examples\":[" + EXAMPLES + "]}"),
        200,
        "{\"results\":[[[\"none\",1.0],[\"none!\",4.0]],[[\"none\",3.0],[\"none!\",8.0]]]}");
    assertAnswers(
        rig.rest.post(
            "/v1/models/tf1_examples/versions/1:regress",
            "{\"signature_name\":\"sum\",\"examples\":[" + EXAMPLES + "]}"),
        200,
        "{\"results\":[3.0,7.0]}");
    assertAnswers(
        rig.rest.post(
            "/v1/models/tf1_examples:regress",
            "{\"signature_name\":\"sum\",\"context\":{\"x\":[1.0,2.0]},\"examples\":[{},{}]}"),
        200,
        "{\"results\":[3.0,3.0]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/v1/models/nobody:predict|{\"instances\":[1]}|404|Servable not found for request: Latest(nobody)",
        "POST|/v1/models/doubling/versions/9:predict|{\"instances\":[1]}|404|Servable not found for request: Specific(doubling, 9)",
        "POST|/v1/models/doubling/labels/nope:predict|{\"instances\":[1]}|400|Unrecognized servable version label: nope",
        "POST|/v1/models/broken:predict|{\"instances\":[1]}|400|did not become available",
        "POST|/v1/models/doubling:predict|{\"instances\":[[1,2],[3]]}|400|Expecting tensor size: 2 but got: 1",
        "POST|/v1/models/doubling:predict||400|JSON Parse error: The document is empty",
        "POST|/v1/models/doubling:run|{}|400|Malformed request: POST /v1/models/doubling:run",
        "POST|/v1/models/tf1_examples:classify|{\"signature_name\":\"sum\",\"examples\":[{}]}|400|Expected classification signature method_name to be",
        "GET|/v1/models/nobody||404|Could not find any versions of model nobody",
        "GET|/v1/models/doubling/versions/9||404|Could not find version 9 of model doubling",
        "GET|/v1/models/nobody/metadata||404|Servable not found for request: Latest(nobody)",
        "GET|/v1/models/||400|Malformed request: GET /v1/models/",
        "GET|/v1/other||400|Malformed request: GET /v1/other",
        "PUT|/v1/models/doubling||400|Malformed request: PUT /v1/models/doubling",
      })
  void errors_haveTensorFlowServingsCodesAndTexts(
      String method, String path, String body, int code, String text) {
    HttpResponse<byte[]> response =
        rig.rest
            .send(
                method,
                path,
                body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8),
                CallOptions.DEFAULT)
            .join();
    assertThat(RestClient.json(response).get("error").asText()).contains(text);
    assertThat(response.statusCode()).isEqualTo(code);
  }
}
