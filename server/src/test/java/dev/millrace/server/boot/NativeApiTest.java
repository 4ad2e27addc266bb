package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.AnnotationsProto;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DatasetServiceProtos;
import dev.millrace.v1.EvaluationServiceProtos;
import dev.millrace.v1.FeedbackServiceProtos;
import dev.millrace.v1.GateServiceProtos;
import dev.millrace.v1.InferenceServiceProtos;
import dev.millrace.v1.ModelServiceProtos;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.RecipeServiceProtos;
import dev.millrace.v1.TrainingServiceProtos;
import dev.millrace.v1.UsageServiceProtos;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
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

/** The native API over HTTP, against a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class NativeApiTest {
  private static final String PREDICT =
      """
      {"inputs": {"x": {"dtype": "DATA_TYPE_FLOAT32", "shape": [1, 2], "floats": [0.1, 2]}}}\
      """;

  private DoorRig rig;
  private Http http;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    http = new Http(rig.server.httpPort().getAsInt());
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  /** Every path of the document leads to its call: whatever is wrong then is not the path. */
  @Test
  void routes_eachOfTheDocument_areThere() {
    JsonNode paths = Http.json(http.get("/api/v1/openapi.json")).get("paths");
    List<String> walked = new ArrayList<>();
    for (Iterator<Map.Entry<String, JsonNode>> each = paths.fields(); each.hasNext(); ) {
      Map.Entry<String, JsonNode> path = each.next();
      String sent =
          path.getKey()
              .replace("{model}", "nobody")
              .replace("{version}", "9")
              .replace("{label}", "none")
              .replace("{job}", "none")
              .replace("{evaluation}", "none")
              .replace("{dataset}", "none")
              .replace("{import_id}", "none");
      for (Iterator<String> verb = path.getValue().fieldNames(); verb.hasNext(); ) {
        String method = verb.next().toUpperCase(java.util.Locale.ROOT);
        walked.add(method + " " + path.getKey());
        HttpResponse<byte[]> answer =
            method.equals("GET")
                ? http.get(sent)
                : http.send(method, sent, method.equals("DELETE") ? "" : "{\"nonsense\": 1}");
        if (answer.statusCode() != 200) {
          assertThat(Http.reason(answer))
              .as(method + " " + sent + " " + Http.text(answer))
              .isNotEmpty()
              .isNotIn("ROUTE_NOT_FOUND", "METHOD_NOT_ALLOWED", "INTERNAL");
          assertThat(answer.statusCode()).isBetween(400, 415);
        }
        assertThat(answer.headers().firstValue("x-request-id")).as(sent).isPresent();
        HttpResponse<byte[]> wrong =
            http.send(http.request(sent).method("PATCH", BodyPublishers.noBody()));
        assertThat(wrong.statusCode()).as("PATCH " + sent).isEqualTo(405);
      }
    }
    assertThat(walked).hasSizeGreaterThan(30);
  }

  @Test
  void document_comparedWithTheServices_hasEveryCallInItsOwnWords() {
    JsonNode document = Http.json(http.get("/api/v1/openapi.json"));
    TreeSet<String> described = new TreeSet<>();
    for (JsonNode path : document.get("paths")) {
      for (JsonNode call : path) {
        described.add(call.get("operationId").asText());
        assertThat(call.get("summary").asText()).as(call.get("operationId").asText()).isNotEmpty();
      }
    }
    Stream.of(
            InferenceServiceProtos.getDescriptor(),
            ModelServiceProtos.getDescriptor(),
            TrainingServiceProtos.getDescriptor(),
            EvaluationServiceProtos.getDescriptor(),
            DatasetServiceProtos.getDescriptor(),
            RecipeServiceProtos.getDescriptor(),
            GateServiceProtos.getDescriptor(),
            FeedbackServiceProtos.getDescriptor(),
            UsageServiceProtos.getDescriptor())
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .forEach(
            method -> {
              String name = method.getService().getName() + "_" + method.getName();
              assertThat(described.contains(name)).as(name).isEqualTo(hasPath(method));
            });
    JsonNode schemas = document.at("/components/schemas");
    assertThat(schemas.at("/PredictRequest/properties/signature/description").asText())
        .startsWith("Signature to run.");
    assertThat(schemas.at("/Tensor/properties/data/format").asText()).isEqualTo("byte");
    assertThat(document.toString().split("\"\\$ref\":\"#/components/schemas/"))
        .allSatisfy(
            part ->
                assertThat(
                        part.startsWith("{") || schemas.has(part.substring(0, part.indexOf('"'))))
                    .isTrue());
  }

  /** A client stream has no form in plain HTTP. */
  private static boolean hasPath(MethodDescriptor method) {
    boolean annotated = method.getOptions().hasExtension(AnnotationsProto.http);
    assertThat(annotated).as(method.getFullName()).isEqualTo(!method.isClientStreaming());
    return annotated;
  }

  @Test
  void page_ofTheApi_isOursAlone() {
    HttpResponse<byte[]> page = http.get("/api");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    assertThat(Http.text(page)).doesNotContain("http://", "https://", "//cdn");
    assertThat(Http.text(http.get("/api/api.js"))).contains("/api/v1/openapi.json");
    assertThat(http.get("/api/api.css").statusCode()).isEqualTo(200);
  }

  @Test
  void predict_numbersAsJson_areAnsweredInTheirShortestForm() {
    HttpResponse<byte[]> answer = http.send("POST", "/api/v1/models/doubling:predict", PREDICT);
    assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .contains("application/json; charset=utf-8");
    assertThat(Http.text(answer))
        .contains("\"floats\":[0.2,4.0]")
        .contains("\"model\":\"models/doubling/versions/2\"");
  }

  @Test
  void predict_aVersionALabelAndABareCurl_areUnderstood() {
    for (String path : List.of("doubling/versions/1", "doubling/labels/stable")) {
      assertThat(
              Http.json(http.send("POST", "/api/v1/models/" + path + ":predict", PREDICT))
                  .get("model")
                  .asText())
          .isEqualTo("models/doubling/versions/1");
    }
    HttpRequest.Builder curl =
        http.request("/api/v1/models/doubling:predict")
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(PREDICT));
    assertThat(http.send(curl).statusCode()).isEqualTo(200);
  }

  @Test
  void predict_protobufBothWays_isAsOverGrpc() throws IOException {
    HttpRequest.Builder request =
        http.request("/api/v1/models/doubling:predict")
            .header("content-type", "application/x-protobuf")
            .header("accept", "application/x-protobuf")
            .POST(BodyPublishers.ofByteArray(DoorRig.good().clearModel().build().toByteArray()));
    HttpResponse<byte[]> answer = http.send(request);
    assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(200);
    assertThat(PredictResponse.parseFrom(answer.body()).getOutputsOrThrow("y"))
        .isEqualTo(DoorRig.floats(new long[] {1, 2}, 2, 4));
  }

  @Test
  void predict_compressedBothWays_isUnderstood() throws IOException {
    String many = "0.5,".repeat(4000);
    String body =
        "{\"inputs\": {\"x\": {\"dtype\": \"DATA_TYPE_FLOAT32\", \"shape\": [2000, 2], \"floats\":"
            + " ["
            + many.substring(0, many.length() - 1)
            + "]}}}";
    ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
    try (GZIPOutputStream stream = new GZIPOutputStream(gzipped)) {
      stream.write(body.getBytes(StandardCharsets.UTF_8));
    }
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream stream = new DeflaterOutputStream(deflated)) {
      stream.write(body.getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, byte[]> form :
        Map.of("gzip", gzipped.toByteArray(), "deflate", deflated.toByteArray()).entrySet()) {
      HttpResponse<byte[]> answer =
          http.send(
              http.request("/api/v1/models/doubling:predict")
                  .header("content-type", "application/json")
                  .header("content-encoding", form.getKey())
                  .header("accept-encoding", form.getKey())
                  .POST(BodyPublishers.ofByteArray(form.getValue())));
      assertThat(answer.statusCode()).as(form.getKey()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-encoding")).contains(form.getKey());
      assertThat(answer.headers().firstValue("vary").orElse("")).contains("accept-encoding");
      InputStream packed = new ByteArrayInputStream(answer.body());
      try (InputStream plain =
          form.getKey().equals("gzip")
              ? new GZIPInputStream(packed)
              : new InflaterInputStream(packed)) {
        assertThat(plain.readAllBytes().length).isGreaterThan(8000);
      }
    }
  }

  @Test
  void errors_ofEachKind_haveTheCodeAndTheReasonAndTheRequestsId() {
    HttpResponse<byte[]> unknown =
        http.send(http.request("/api/v1/models/nobody").header("x-request-id", "my-own.1"));
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(Http.reason(unknown)).isEqualTo("MODEL_NOT_FOUND");
    assertThat(unknown.headers().firstValue("x-request-id")).contains("my-own.1");
    assertThat(Http.text(unknown)).contains("\"requestId\":\"my-own.1\"");

    assertRefused(http.get("/api/v1/models/NO!"), 400, "NAME_INVALID");
    assertRefused(http.get("/api/v1/nothing"), 404, "ROUTE_NOT_FOUND");
    assertRefused(http.get("/nothing"), 404, "ROUTE_NOT_FOUND");
    assertRefused(http.get("/api/v1/models?pageSize=-1"), 400, "PAGE_SIZE_INVALID");
    assertRefused(http.get("/api/v1/models?pagesize=1"), 400, "REQUEST_MALFORMED");
    assertRefused(http.get("/api/v1/models?page_size=x"), 400, "REQUEST_MALFORMED");
    assertRefused(
        http.send("DELETE", "/api/v1/models/doubling/versions/2?etag=stale", ""),
        409,
        "ETAG_MISMATCH");
    assertRefused(
        http.send("POST", "/api/v1/models/doubling:predict", "{"), 400, "REQUEST_MALFORMED");
    assertRefused(
        http.send("POST", "/api/v1/models/doubling:predict", "{} {}"), 400, "REQUEST_MALFORMED");
    assertRefused(http.send("POST", "/api/v1/models/doubling:predict", "{}"), 400, "INPUT_MISSING");
    assertRefused(
        http.send(
            http.request("/api/v1/models/doubling:predict")
                .header("content-type", "text/csv")
                .POST(BodyPublishers.ofString("1,2"))),
        415,
        "MEDIA_TYPE_UNSUPPORTED");
    HttpResponse<byte[]> wrong = http.send("POST", "/api/v1/models/doubling", "{}");
    assertRefused(wrong, 405, "METHOD_NOT_ALLOWED");
    assertThat(wrong.headers().firstValue("allow")).contains("GET");
  }

  @Test
  void error_ofAPathThatNobodyHas_hasTheIdOfItsHeader() {
    HttpResponse<byte[]> answer = http.get("/nothing");
    assertThat(Http.text(answer))
        .contains(
            "\"requestId\":\"" + answer.headers().firstValue("x-request-id").orElse("none") + "\"")
        .endsWith("}\n");
  }

  @Test
  void head_ofACallThatIsRead_isItsAnswerWithoutTheBody() {
    HttpResponse<byte[]> answer =
        http.send(http.request("/api/v1/models/doubling").method("HEAD", BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(
            http.send(
                    http.request("/api/v1/models/doubling:watch")
                        .method("HEAD", BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void start_ofTheApi_leadsToItsPage() {
    for (String path : List.of("/api/v1", "/api/v1/")) {
      HttpResponse<byte[]> answer = http.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(307);
      assertThat(answer.headers().firstValue("location")).contains("/api");
    }
  }

  @Test
  void predict_aDeadline_isKept() {
    HttpResponse<byte[]> late =
        http.send(
            http.request("/api/v1/models/slow:predict")
                .header("grpc-timeout", "20m")
                .POST(
                    BodyPublishers.ofString(
                        "{\"inputs\": {\"x\": {\"dtype\": 1, \"shape\": [1, "
                            + SmallModels.SLOW_WIDTH
                            + "], \"floats\": ["
                            + "1,".repeat(SmallModels.SLOW_WIDTH - 1)
                            + "1]}}}")));
    assertRefused(late, 504, "DEADLINE_EXPIRED");
    rig.awaitNoTensors();
  }

  @Test
  void setLabel_overHttp_movesIt() {
    HttpResponse<byte[]> set =
        http.send("PUT", "/api/v1/models/doubling/labels/tried", "{\"version\": \"2\"}");
    assertThat(set.statusCode()).as(Http.text(set)).isEqualTo(200);
    assertThat(
            Http.json(http.send("POST", "/api/v1/models/doubling/labels/tried:predict", PREDICT))
                .get("model")
                .asText())
        .isEqualTo("models/doubling/versions/2");
    assertThat(http.send("DELETE", "/api/v1/models/doubling/labels/tried", "").statusCode())
        .isEqualTo(200);
  }

  @Test
  void watchModel_asEvents_sendsStatesAtOnce() throws Exception {
    HttpResponse<InputStream> watch =
        http.open(http.request("/api/v1/models/echo:watch").header("accept", "text/event-stream"));
    assertThat(watch.statusCode()).isEqualTo(200);
    assertThat(watch.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine())
          .startsWith("data: {\"version\":{\"name\":\"models/echo/versions/1\"");
      assertThat(lines.readLine()).isEmpty();
    }
  }

  @Test
  void watchModel_ofNobody_isAnErrorOfHttp() {
    assertRefused(http.get("/api/v1/models/nobody:watch"), 404, "MODEL_NOT_FOUND");
  }

  @Test
  void classify_noPicture_saysWhatToSend() {
    HttpResponse<byte[]> empty =
        http.send(http.request("/api/v1/models/echo:classify").POST(BodyPublishers.noBody()));
    assertRefused(empty, 400, "REQUEST_MALFORMED");
    assertThat(Http.text(empty)).contains("--data-binary");
    assertRefused(http.get("/api/v1/models/echo:classify"), 405, "METHOD_NOT_ALLOWED");
  }

  @Test
  void operations_throughThisPort_areThere() {
    assertThat(Http.text(http.get("/healthz/live"))).isEqualTo("live\n");
    assertThat(Http.text(http.get("/healthz/ready"))).isEqualTo("ready\n");
    assertThat(Http.text(http.get("/monitoring/prometheus/metrics")))
        .contains("millrace_version_available");
  }

  private static void assertRefused(HttpResponse<byte[]> answer, int code, String reason) {
    assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(code);
    assertThat(Http.reason(answer)).as(Http.text(answer)).isEqualTo(reason);
  }
}
