package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Scrape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as nobody means it well: after each attack the server answers as before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HostileHttpTest {
  private static final String PREDICT = "/api/v1/models/doubling:predict";
  private static final int LIMIT = 4 << 20;

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

  @AfterEach
  void answersStill() {
    assertThat(http.get("/api/v1/models/doubling").statusCode()).isEqualTo(200);
    assertThat(rig.server.openTensors()).isZero();
  }

  private String head(String more) {
    return "POST "
        + PREDICT
        + " HTTP/1.1\r\nHost: 127.0.0.1:"
        + http.port()
        + "\r\nContent-Type: application/json\r\nConnection: close\r\n"
        + more
        + "\r\n";
  }

  // Row 6: error texts.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "\"\\ud800\"",
        "{\"inputs\": 1}",
        "{\"inputs\": {\"x\": {\"dtype\": \"NO\"}}}",
        "{\"inputs\": {\"x\": {\"dtype\": 999}}}",
        "{\"inputs\": {\"x\": {\"shape\": [1e400]}}}",
        "{\"inputs\": {\"x\": {\"shape\": [\"-9223372036854775808\", -1]}}}",
        "{\"inputs\": {\"x\": {\"floats\": [1e999]}}}",
        "{\"inputs\": {\"x\": {\"data\": \"*\"}}}",
        "{\"inputs\": {\"x\": null}}",
        "{\"signature\": \"a\", \"signature\": \"b\"}",
        "{\"routingKey\": {}}",
        "\u0000",
        "nul"
      })
  void error_howeverProvoked_tellsNothingOfTheInside(String body) {
    HttpResponse<byte[]> answer = http.send("POST", PREDICT, body);
    assertThat(answer.statusCode()).as(body + Http.text(answer)).isEqualTo(400);
    assertThat(Http.reason(answer)).isNotEmpty();
    assertThat(Http.text(answer))
        .doesNotContain("Exception", "java.", "fasterxml", "armeria", "netty", "dev.millrace.s")
        .doesNotContain("StreamReadConstraints", System.getProperty("user.dir"), "@0x")
        .contains("requestId");
  }

  // Row 7: a body in many tiny pieces.
  @Test
  void body_inChunksOfOneByte_isReadInBoundedMemory() throws IOException {
    int bytes = 1 << 20;
    String spaces = "1\r\n \r\n".repeat(bytes);
    String answer =
        http.raw(
            head("Transfer-Encoding: chunked\r\n") + "1\r\n{\r\n" + spaces + "1\r\n}\r\n0\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("INPUT_MISSING");
  }

  // Row 8: a body over the limit.
  @Test
  void body_largerThanTheLimit_isRefused() {
    HttpResponse<byte[]> announced = http.send("POST", PREDICT, " ".repeat(LIMIT + 1));
    assertThat(announced.statusCode()).isEqualTo(413);
    assertThat(Http.reason(announced)).isEqualTo("REQUEST_TOO_LARGE");
  }

  @Test
  void body_thatGrowsBeyondTheLimit_isBrokenOff() throws IOException {
    String piece = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    try (Socket socket = http.connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(head("Transfer-Encoding: chunked\r\n").getBytes(StandardCharsets.US_ASCII));
      long end = System.nanoTime() + 30_000_000_000L;
      assertThatThrownBy(
              () -> {
                while (System.nanoTime() < end) {
                  out.write(piece.getBytes(StandardCharsets.US_ASCII));
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void body_announcedAsHuge_costsNothing() throws IOException {
    assertThat(http.raw(head("Content-Length: 9223372036854775807\r\n")))
        .startsWith("HTTP/1.1 413");
  }

  // Row 9: nesting.
  @Test
  void json_nestedDeeply_isRefused() {
    for (String open : List.of("[", "{\"a\":", "{\"inputs\":{\"x\":")) {
      HttpResponse<byte[]> answer = http.send("POST", PREDICT, open.repeat(100_000));
      assertThat(answer.statusCode()).as(open).isEqualTo(400);
      assertThat(Http.reason(answer)).isEqualTo("REQUEST_MALFORMED");
    }
  }

  @Test
  void protobuf_nestedDeeply_isRefused() {
    byte[] groups = new byte[100_000];
    java.util.Arrays.fill(groups, (byte) 0x0b);
    HttpResponse<byte[]> answer =
        http.send(
            http.request(PREDICT)
                .header("content-type", "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(groups)));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Http.reason(answer)).isEqualTo("REQUEST_MALFORMED");
  }

  // Row 14: multipart, which is not spoken, with a boundary beyond all bounds.
  @Test
  void multipart_withAHugeBoundary_isRefusedAtOnce() throws IOException {
    String boundary = "Content-Type: multipart/form-data; boundary=";
    String huge =
        http.raw(
            "POST "
                + PREDICT
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + boundary
                + "x".repeat(1 << 20)
                + "\r\nContent-Length: 0\r\n\r\n");
    assertThat(huge).startsWith("HTTP/1.1 431");
    HttpResponse<byte[]> small =
        http.send(
            http.request(PREDICT)
                .header("content-type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString("--x--")));
    assertThat(small.statusCode()).isEqualTo(415);
  }

  @Test
  void headers_inAFlood_areRefused() throws IOException {
    StringBuilder flood = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      flood.append("h").append(i).append(": x\r\n");
    }
    assertThat(http.raw(head(flood.toString()))).startsWith("HTTP/1.1 431");
  }

  // Row 19: bombs.
  @Test
  void body_aGzipBomb_isRefusedAtTheLimit() throws IOException {
    byte[] bomb = bomb(1L << 30);
    HttpResponse<byte[]> answer =
        http.send(
            http.request(PREDICT)
                .header("content-type", "application/json")
                .header("content-encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(bomb)));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(Http.reason(answer)).isEqualTo("REQUEST_TOO_LARGE");
  }

  @Test
  void grpcWebMessage_aGzipBomb_isRefusedAtTheLimit() throws IOException {
    byte[] bomb = bomb(1L << 30);
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.write(1);
    framed.write(java.nio.ByteBuffer.allocate(4).putInt(bomb.length).array());
    framed.write(bomb);
    HttpResponse<byte[]> answer =
        http.send(
            http.request("/millrace.v1.InferenceService/Predict")
                .header("content-type", "application/grpc-web+proto")
                .header("grpc-encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(framed.toByteArray())));
    String status = answer.headers().firstValue("grpc-status").orElse("") + Http.text(answer);
    assertThat(status).containsPattern("^8|grpc-status: ?8");
  }

  private static byte[] bomb(long zeros) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, 1 << 16)) {
      byte[] piece = new byte[1 << 20];
      for (long i = 0; i < zeros; i += piece.length) {
        gzip.write(piece);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void body_inAnUnknownCompression_isRefused() {
    HttpResponse<byte[]> answer =
        http.send(
            http.request(PREDICT)
                .header("content-encoding", "br, gzip")
                .POST(BodyPublishers.ofString("{}")));
    assertThat(answer.statusCode()).isEqualTo(415);
  }

  // Row 21: names that clients make up.
  @Test
  void metrics_underMadeUpNames_growNoSeries() throws IOException {
    http.send("POST", "/api/v1/models/nobody:predict", "{}");
    Scrape metrics = new Scrape("127.0.0.1:" + rig.server.managementPort());
    long before = series(metrics);
    for (int i = 0; i < 2000; i++) {
      HttpResponse<byte[]> answer =
          http.send("POST", "/api/v1/models/made-up-" + i + ":predict", "{}");
      assertThat(answer.statusCode()).isEqualTo(404);
      http.get("/made/up/" + i);
    }
    http.raw("BREW /pot HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    assertThat(series(metrics)).isEqualTo(before);
  }

  private long series(Scrape metrics) {
    return Http.text(http.get("/monitoring/prometheus/metrics"))
        .lines()
        .filter(line -> !line.startsWith("#"))
        .filter(line -> line.startsWith("millrace_"))
        .count();
  }

  // Row 22: headers and logs.
  @Test
  void requestId_withLineBreaks_isNotTaken() throws IOException {
    String answer =
        http.raw(
            "GET /api/v1/models/nobody HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "X-Request-Id: evil%0d%0aSet-Cookie: a=b\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 404").doesNotContainIgnoringCase("set-cookie");
    String split =
        http.raw(
            "GET /api/v1/models/%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(split.substring(0, split.indexOf("\r\n\r\n")))
        .doesNotContainIgnoringCase("set-cookie");
    assertThat(split).startsWith("HTTP/1.1 400");
  }

  // Smuggling: two ways to say where a body ends.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: -2\r\n",
        "Content-Length : 2\r\n"
      })
  void body_ofUnclearLength_hidesNoSecondRequest(String lengths) throws IOException {
    String answer =
        http.raw(
            "POST "
                + PREDICT
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + lengths
                + "\r\n0\r\n\r\nGET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(answer.split("HTTP/1.1 [0-9]{3}")).as(answer).hasSizeLessThanOrEqualTo(2);
    assertThat(answer).as(answer).doesNotContain("live\n");
  }

  // Paths that lead elsewhere.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/models/..%2f..%2fetc%2fpasswd",
        "/api/v1/models/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/models/../../../etc/passwd",
        "/api/v1/models/a%00b",
        "/api/v1/models/%252e%252e",
        "/api/../../../../etc/passwd",
        "/api/%2e%2e/%2e%2e/application.conf",
        "/api/v1/models/doubling/",
        "/api/v1/models/%zz",
        "/api/v1/imports/..%2f..%2fx"
      })
  void path_thatLeadsElsewhere_findsNothing(String path) throws IOException {
    String answer =
        http.raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    assertThat(answer).containsPattern("^HTTP/1.1 40[04]").doesNotContain("root:");
  }

  /** The same call, under the same guards. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/models/doubling;x",
        "//api/v1/models/doubling",
        "/api/v1//models/doubling"
      })
  void path_thatIsUntidy_isThePlainOne(String path) throws IOException {
    assertThat(http.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
    assertThat(
            http.raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"))
        .contains("\"name\":\"models/doubling\"");
  }

  // Row 25: pages of others, and names that point here.
  @Test
  void request_fromAPageOfAnotherOrigin_isRefused() throws IOException {
    for (String header :
        List.of(
            "Origin: https://evil.example",
            "Origin: null",
            "Origin: http://localhost:1",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe")) {
      String answer = http.raw(head("Content-Length: 2\r\n" + header + "\r\n") + "{}");
      assertThat(answer).as(header).startsWith("HTTP/1.1 403").contains("ORIGIN_REFUSED");
      assertThat(answer).doesNotContainIgnoringCase("access-control-allow-origin");
    }
    String preflight =
        http.raw(
            "OPTIONS "
                + PREDICT
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n"
                + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");
    assertThat(preflight).startsWith("HTTP/1.1 403");
  }

  @Test
  void request_fromTheServersOwnPage_isTaken() throws IOException {
    String own = "Origin: http://127.0.0.1:" + http.port() + "\r\nSec-Fetch-Site: same-origin\r\n";
    assertThat(http.raw(head("Content-Length: 2\r\n" + own) + "{}"))
        .startsWith("HTTP/1.1 400")
        .contains("INPUT_MISSING");
  }

  @Test
  void request_underANameThatPointsHere_isRefused() throws IOException {
    for (String host : List.of("evil.example", "127.0.0.1.evil.example:8501", "localhost.evil")) {
      String answer =
          http.raw(
              "GET /api/v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(host).startsWith("HTTP/1.1 421").contains("HOST_REFUSED");
    }
    for (String host : List.of("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8501")) {
      assertThat(
              http.raw(
                  "GET /api/v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .as(host)
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void answers_ofEveryKind_areNotGuessedAtNorFramed() {
    for (String path : List.of("/api", "/api/v1/models", "/nothing", "/healthz/live")) {
      HttpResponse<byte[]> answer = http.get(path);
      assertThat(answer.headers().firstValue("x-content-type-options"))
          .as(path)
          .contains("nosniff");
      assertThat(answer.headers().firstValue("x-frame-options")).as(path).contains("DENY");
      assertThat(answer.headers().firstValue("server")).as(path).isEmpty();
    }
    HttpRequest.Builder plain = http.request("/api/v1/models");
    assertThat(http.send(plain).headers().firstValue("access-control-allow-origin")).isEmpty();
  }
}
