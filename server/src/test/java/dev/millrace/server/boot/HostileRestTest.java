package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.server.testing.RestClient;
import io.grpc.CallOptions;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that no client would send by mistake: each is refused, and the next call is answered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HostileRestTest {
  private static final String PREDICT = "/v1/models/doubling:predict";
  private static final String CLASSIFY = "/v1/models/doubling:classify";
  private static final String INFER = "/v2/models/doubling/infer";
  private static final String LOAD = "/v2/repository/models/product/load";
  private static final String ROWS = "{\"instances\":[[1,2],[3.5,-4e2]]}";
  private static final String INPUT =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";
  private static final List<String> SECRETS =
      List.of(
          "Exception", "dev.millrace", "com.fasterxml", "java.", "/tmp", "StreamRead", "armeria");
  private DoorRig rig;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @AfterEach
  void nextCall_isAnswered_andNoTensorIsOpen() {
    assertThat(rig.rest.post(PREDICT, ROWS).statusCode()).isEqualTo(200);
    assertThat(rig.rest.post(INFER, INPUT).statusCode()).isEqualTo(200);
    rig.awaitNoTensors();
  }

  private void assertRefused(String path, byte[] body, String... headers) {
    HttpResponse<byte[]> response =
        rig.rest.send("POST", path, body, CallOptions.DEFAULT, headers).join();
    String text = new String(response.body(), StandardCharsets.UTF_8);
    assertThat(response.statusCode()).as("%s %s: %s", path, shown(body), text).isBetween(400, 499);
    // What is no path at all is refused before it is known whose wire it would be.
    JsonNode document = RestClient.json(response);
    assertThat(document.path("error").asText(document.path("message").asText())).isNotEmpty();
    for (String secret : SECRETS) {
      assertThat(text).doesNotContain(secret);
    }
  }

  private static String shown(byte[] body) {
    return new String(body, 0, Math.min(80, body.length), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void bodies_cutOffAtEveryByte_areRefused() {
    for (int length = 0; length < ROWS.length(); length++) {
      assertRefused(PREDICT, bytes(ROWS.substring(0, length)));
    }
    for (int length = 0; length < INPUT.length(); length++) {
      assertRefused(INFER, bytes(INPUT.substring(0, length)));
    }
  }

  @Test
  void bodies_nestedDeeply_areRefused() {
    for (String open : new String[] {"[", "{\"a\":", "[{\"x\":"}) {
      String deep = open.repeat(100_000);
      for (String start : new String[] {"", "{\"instances\":", "{\"inputs\":", "{\"other\":"}) {
        assertRefused(PREDICT, bytes(start + deep));
        assertRefused(INFER, bytes(start + deep));
        assertRefused(CLASSIFY, bytes(start.replace("instances", "examples") + deep));
        assertRefused(LOAD, bytes(start.replace("inputs", "parameters") + deep));
      }
    }
    String data = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":";
    assertRefused(INFER, bytes(data + "[".repeat(100_000)));
  }

  @Test
  void bodies_withHugeNumbersNamesAndStrings_areRefused() {
    for (String number :
        new String[] {
          "9".repeat(1_000_000), "1e999999999", "-1e400", "0." + "3".repeat(1_000_000), "1e39"
        }) {
      assertRefused(PREDICT, bytes("{\"instances\":[[1," + number + "]]}"));
      assertRefused(INFER, bytes(INPUT.replace("[1,2]}", "[1," + number + "]}")));
      assertRefused(
          INFER, bytes(INPUT.replace("[1,2],\"datatype", "[1," + number + "],\"datatype")));
    }
    assertRefused(PREDICT, bytes("{\"" + "n".repeat(1_000_000) + "\":1}"));
    assertRefused(PREDICT, bytes("{\"instances\":[\"" + "s".repeat(1_000_000) + "\"]}"));
    assertRefused(PREDICT, bytes("{\"instances\":[{\"b64\":\"" + "%".repeat(1000) + "\"}]}"));
  }

  @Test
  void bodies_withKeysTwice_areRefused() {
    assertRefused(PREDICT, bytes("{\"instances\":[[1,2]],\"instances\":[[1,2]]}"));
    assertRefused(PREDICT, bytes("{\"instances\":[{\"x\":[1,2],\"x\":[1,2]}]}"));
    assertRefused(
        PREDICT, bytes("{\"signature_name\":\"\",\"signature_name\":\"\",\"inputs\":[]}"));
    assertRefused(INFER, bytes(INPUT.replace("\"name\":", "\"name\":\"x\",\"name\":")));
    assertRefused(INFER, bytes("{\"inputs\":[],\"inputs\":[]}"));
  }

  @Test
  void bodies_ofBytesThatAreNoText_areRefused() {
    for (byte[] body :
        List.of(
            new byte[] {(byte) 0xff, (byte) 0xfe, 0},
            new byte[1000],
            bytes("\ufeff\ufeff{}"),
            new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'})) {
      assertRefused(PREDICT, body);
      assertRefused(INFER, body);
    }
  }

  @Test
  void bodies_thatBecomeMoreThanTheLimit_areRefused() {
    // Three characters that become an object of the heap each, and two that become eight bytes.
    assertRefused(
        "/v1/models/echo:predict", bytes("{\"inputs\":[" + "\"\",".repeat(1_000_000) + "\"\"]}"));
    assertRefused(CLASSIFY, bytes("{\"examples\":[" + "{\"a\":1},".repeat(400_000) + "{}]}"));
  }

  @Test
  void bodies_changedAnywhere_areAnsweredOrRefused() {
    Random random = new Random(11);
    for (String[] target : new String[][] {{PREDICT, ROWS}, {INFER, INPUT}}) {
      for (int round = 0; round < 400; round++) {
        byte[] body = bytes(target[1]);
        for (int i = 0; i <= random.nextInt(3); i++) {
          body[random.nextInt(body.length)] =
              (byte)
                  (random.nextBoolean()
                      ? random.nextInt(256)
                      : "[]{}\",:0123".charAt(random.nextInt(11)));
        }
        HttpResponse<byte[]> response =
            rig.rest.send("POST", target[0], body, CallOptions.DEFAULT).join();
        assertThat(response.statusCode()).as(shown(body)).isLessThan(500);
      }
    }
  }

  @Test
  void contentTypes_ofAnyKind_makeNoDifferenceToADocument() {
    List<String> types = new ArrayList<>(Arrays.asList("text/plain", "application/xml"));
    types.add("multipart/form-data; boundary=" + "b".repeat(70));
    types.add("application/x-www-form-urlencoded");
    for (String type : types) {
      assertThat(
              rig.rest
                  .send("POST", PREDICT, bytes(ROWS), CallOptions.DEFAULT, "Content-Type", type)
                  .join()
                  .statusCode())
          .as(type)
          .isEqualTo(200);
      assertThat(
              rig.rest
                  .send("POST", INFER, bytes(INPUT), CallOptions.DEFAULT, "Content-Type", type)
                  .join()
                  .statusCode())
          .as(type)
          .isEqualTo(200);
    }
  }

  @Test
  void names_ofModelsThatArePaths_areNotFoundOrMalformed() {
    for (String name :
        new String[] {
          "..%2f..%2fetc",
          "%252e%252e",
          "a%00b",
          "CON",
          "x".repeat(4000),
          "a;b",
          "%e2%80%ae",
          "a%0d%0ab"
        }) {
      assertRefused("/v1/models/" + name + ":predict", bytes(ROWS));
      assertRefused("/v2/models/" + name + "/infer", bytes(INPUT));
      assertRefused("/v2/repository/models/" + name + "/load", new byte[0]);
    }
  }
}
