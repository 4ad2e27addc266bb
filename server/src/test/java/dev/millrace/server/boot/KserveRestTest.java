package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.server.testing.RestClient;
import io.grpc.CallOptions;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Open Inference Protocol's REST form with Triton's extensions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KserveRestTest {
  private static final String LENGTH = "Inference-Header-Content-Length";
  private static final String X =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}]";
  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of("mixed"));
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  private static JsonNode json(String document) {
    return RestClient.json(document.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode get(String path) {
    HttpResponse<byte[]> response = rig.rest.get(path);
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
    return RestClient.json(response);
  }

  @Test
  void health_andReadiness_sayTrueOrFailWith400() {
    assertThat(get("/v2/health/live")).isEqualTo(json("{\"live\":true}"));
    assertThat(get("/v2/health/ready")).isEqualTo(json("{\"ready\":true}"));
    assertThat(get("/v2/models/doubling/ready")).isEqualTo(json("{\"ready\":true}"));
    assertThat(get("/v2/models/doubling/versions/1/ready")).isEqualTo(json("{\"ready\":true}"));
    for (String path :
        new String[] {"/v2/models/nobody/ready", "/v2/models/doubling/versions/9/ready"}) {
      HttpResponse<byte[]> response = rig.rest.get(path);
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(RestClient.json(response)).isEqualTo(json("{\"ready\":false}"));
    }
  }

  @Test
  void metadata_ofServerAndModel_areTheProtocolsDocuments() {
    JsonNode server = get("/v2");
    assertThat(server.get("name").asText()).isEqualTo("triton");
    assertThat(server.get("version").asText()).isNotEmpty();
    assertThat(server.get("extensions").toString()).contains("binary_tensor_data");
    String doubling =
        "{\"name\":\"doubling\",\"versions\":[%s],\"platform\":\"tensorflow_savedmodel\","
            + "\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,2]}],"
            + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,2]}],"
            + "\"properties\":{\"signatures\":\"serving_default\"}}";
    assertThat(get("/v2/models/doubling")).isEqualTo(json(String.format(doubling, "\"1\",\"2\"")));
    assertThat(get("/v2/models/doubling/versions/stable"))
        .isEqualTo(json(String.format(doubling, "\"1\"")));
    assertThat(get("/v2/models").get("models").toString()).contains("\"doubling\"");
  }

  @Test
  void config_ofAModel_hasItsTensorsWithoutTheBatch() {
    JsonNode config = get("/v2/models/doubling/config");
    assertThat(config.get("name").asText()).isEqualTo("doubling");
    assertThat(config.get("max_batch_size").isInt()).isTrue();
    assertThat(config.get("input").get(0).get("data_type").asText()).isEqualTo("TYPE_FP32");
    assertThat(config.get("input").get(0).get("dims")).isEqualTo(json("[2]"));
    assertThat(config.get("version_policy").has("all")).isTrue();
  }

  @Test
  void statistics_afterAnInference_countIt() {
    assertThat(rig.rest.post("/v2/models/doubling/versions/1/infer", X + "}").statusCode())
        .isEqualTo(200);
    JsonNode one = get("/v2/models/doubling/versions/1/stats").get("model_stats");
    assertThat(one).hasSize(1);
    assertThat(one.get(0).get("name").asText()).isEqualTo("doubling");
    assertThat(one.get(0).get("version").asText()).isEqualTo("1");
    assertThat(one.get(0).get("inference_count").asLong()).isPositive();
    assertThat(one.get(0).get("inference_stats").get("success").get("count").isIntegralNumber())
        .isTrue();
    assertThat(get("/v2/models/stats").get("model_stats").size()).isGreaterThan(1);
  }

  @Test
  void infer_numbers_answersNumbers() {
    HttpResponse<byte[]> response =
        rig.rest.post("/v2/models/doubling/infer", X + ",\"id\":\"seven\"}");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue(LENGTH)).isEmpty();
    assertThat(RestClient.json(response))
        .isEqualTo(
            json(
                "{\"model_name\":\"doubling\",\"model_version\":\"2\",\"id\":\"seven\",\"outputs\":"
                    + "[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[2.0,4.0]}]}"));
  }

  @Test
  void infer_bytesInAndOut_areBehindTheDocuments() {
    String document =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":8}}],"
            + "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]}";
    byte[] header = document.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(header.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header)
            .putFloat(1)
            .putFloat(2);
    HttpResponse<byte[]> response =
        rig.rest
            .send(
                "POST",
                "/v2/models/doubling/versions/1/infer",
                body.array(),
                CallOptions.DEFAULT,
                LENGTH,
                Integer.toString(header.length))
            .join();
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/octet-stream");
    int length = Integer.parseInt(response.headers().firstValue(LENGTH).orElseThrow());
    assertThat(RestClient.json(Arrays.copyOf(response.body(), length)))
        .isEqualTo(
            json(
                "{\"model_name\":\"doubling\",\"model_version\":\"1\",\"outputs\":[{\"name\":\"y\","
                    + "\"datatype\":\"FP32\",\"shape\":[1,2],"
                    + "\"parameters\":{\"binary_data_size\":8}}]}"));
    assertFloats(response.body(), length, 2, 4);
  }

  @Test
  void infer_aBodyOfBytesAlone_isOneRow() {
    byte[] body =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(3).putFloat(4).array();
    HttpResponse<byte[]> response =
        rig.rest
            .send("POST", "/v2/models/doubling/infer", body, CallOptions.DEFAULT, LENGTH, "0")
            .join();
    assertThat(response.statusCode()).isEqualTo(200);
    int length = Integer.parseInt(response.headers().firstValue(LENGTH).orElseThrow());
    assertFloats(response.body(), length, 6, 8);
    HttpResponse<byte[]> odd =
        rig.rest
            .send(
                "POST", "/v2/models/doubling/infer", new byte[7], CallOptions.DEFAULT, LENGTH, "0")
            .join();
    assertThat(odd.statusCode()).isEqualTo(400);
    assertThat(RestClient.json(odd).get("error").asText()).contains("is 7 bytes; expected");
    HttpResponse<byte[]> several =
        rig.rest
            .send("POST", "/v2/models/mixed/infer", new byte[8], CallOptions.DEFAULT, LENGTH, "0")
            .join();
    assertThat(RestClient.json(several).get("error").asText())
        .contains("raw input is only for a model with one input; 'mixed' has 4");
    HttpResponse<byte[]> text =
        rig.rest
            .send(
                "POST",
                "/v2/models/echo/infer",
                "héllo".getBytes(StandardCharsets.UTF_8),
                CallOptions.DEFAULT,
                LENGTH,
                "0")
            .join();
    assertThat(text.statusCode()).isEqualTo(200);
    assertThat(new String(text.body(), StandardCharsets.UTF_8)).contains("héllo");
  }

  private static void assertFloats(byte[] body, int from, float... values) {
    ByteBuffer bytes =
        ByteBuffer.wrap(body, from, body.length - from).slice().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.remaining()).isEqualTo(4 * values.length);
    for (float value : values) {
      assertThat(bytes.getFloat()).isEqualTo(value);
    }
  }

  @Test
  void repository_indexLoadAndUnload_doAsTriton() {
    HttpResponse<byte[]> index = rig.rest.post("/v2/repository/index", "");
    assertThat(RestClient.json(index))
        .contains(json("{\"name\":\"doubling\",\"version\":\"1\",\"state\":\"READY\"}"));
    assertThat(
            RestClient.json(rig.rest.post("/v2/repository/index", "{\"ready\":true}")).toString())
        .doesNotContain("broken");
    HttpResponse<byte[]> unloaded =
        rig.rest.post("/v2/repository/models/product/unload", "{\"parameters\":{}}");
    assertThat(unloaded.statusCode()).isEqualTo(200);
    assertThat(unloaded.body()).isEmpty();
    assertThat(rig.rest.get("/v2/models/product/ready").statusCode()).isEqualTo(400);
    assertThat(rig.rest.post("/v2/repository/models/product/load", "").statusCode()).isEqualTo(200);
    assertThat(rig.rest.get("/v2/models/product/ready").statusCode()).isEqualTo(200);
    HttpResponse<byte[]> config =
        rig.rest.post("/v2/repository/models/product/load", "{\"parameters\":{\"config\":\"{}\"}}");
    assertThat(config.statusCode()).isEqualTo(501);
  }

  @Test
  void settings_areRead() {
    assertThat(get("/v2/logging").get("log_info").asBoolean()).isTrue();
    assertThat(get("/v2/trace/setting").get("trace_level")).isEqualTo(json("[\"OFF\"]"));
    assertThat(get("/v2/models/doubling/trace/setting").get("trace_rate").asText())
        .isEqualTo("1000");
    assertThat(rig.rest.post("/v2/logging", "{\"log_info\":false}").statusCode()).isEqualTo(501);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/v2/models/nobody/infer|404|Request for unknown model: 'nobody' is not found",
        "POST|/v2/models/doubling/versions/9/infer|404|Request for unknown model: 'doubling' version 9 is not found",
        "POST|/v2/models/broken/versions/1/infer|503|is not at ready state",
        "POST|/v2/models/a%2Fb/infer|404|Request for unknown model: 'a/b' is not found",
        "GET|/v2/models/nobody|404|Request for unknown model: 'nobody' is not found",
        "GET|/v2/models/nobody/config|404|Request for unknown model: 'nobody' is not found",
        "GET|/v2/models/nobody/stats|404|Request for unknown model: 'nobody' is not found",
        "POST|/v2/repository/models/nobody/load|400|failed to load 'nobody', failed to poll from model repository",
        "GET|/v2/models/doubling/infer|405|Method Not Allowed",
        "POST|/v2/models/doubling|405|Method Not Allowed",
        "DELETE|/v2|405|Method Not Allowed",
        "GET|/v2/nothing|404|Not Found",
        "POST|/v2/models/doubling/generate|404|Not Found",
        "GET|/v2/systemsharedmemory/status|501|shared memory is not supported",
      })
  void errors_haveTritonsCodesAndTexts(String method, String path, int code, String text) {
    byte[] body =
        path.endsWith("/infer") && method.equals("POST")
            ? (X + "}").getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    HttpResponse<byte[]> response = rig.rest.send(method, path, body, CallOptions.DEFAULT).join();
    assertThat(RestClient.json(response).get("error").asText()).contains(text);
    assertThat(response.statusCode()).isEqualTo(code);
  }

  @Test
  void infer_aHeaderLengthThatCannotBe_is400() {
    for (String length : new String[] {"-1", "100000", "x", "99999999999"}) {
      HttpResponse<byte[]> response =
          rig.rest
              .send(
                  "POST",
                  "/v2/models/doubling/infer",
                  (X + "}").getBytes(StandardCharsets.UTF_8),
                  CallOptions.DEFAULT,
                  LENGTH,
                  length)
              .join();
      assertThat(response.statusCode()).as(length).isEqualTo(400);
    }
  }
}
