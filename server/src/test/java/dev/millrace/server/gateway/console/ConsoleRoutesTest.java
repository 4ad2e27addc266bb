package dev.millrace.server.gateway.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.server.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console's files over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleRoutesTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src=|href=|from |import )[\"']((?:\\.|console/)[^\"'#]+)[\"']");

  private final HttpClient client = HttpClient.newHttpClient();
  private Server server;

  @BeforeAll
  void open() throws IOException {
    var builder = Server.builder().http(new InetSocketAddress("127.0.0.1", 0));
    ConsoleRoutes.read().addTo(builder);
    server = builder.build();
    server.start().join();
  }

  @AfterAll
  void close() {
    server.stop().join();
  }

  @Test
  void root_asked_isThePageUnderAStrictPolicy() throws Exception {
    HttpResponse<String> answer = get("/");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(header(answer, "content-security-policy"))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(answer, "x-frame-options")).isEqualTo("DENY");
    assertThat(header(answer, "referrer-policy")).isEqualTo("no-referrer");
    assertThat(header(answer, "cache-control")).isEqualTo("no-cache");
    assertThat(answer.body())
        .doesNotContain("style=")
        .doesNotContain("onclick")
        .contains("Millrace");
  }

  @Test
  void files_fromThePageOn_areAllThereAndTyped() throws Exception {
    Set<String> seen = new HashSet<>(Set.of("/"));
    Deque<String> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      String path = open.pop();
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(header(answer, "content-type")).as(path).isEqualTo(typeOf(path));
      assertThat(header(answer, "content-security-policy")).as(path).isNotEmpty();
      Matcher reference = REFERENCE.matcher(answer.body());
      while (reference.find()) {
        String next = URI.create(path).resolve(reference.group(1)).getPath();
        if (seen.add(next)) {
          open.push(next);
        }
      }
    }
    assertThat(seen)
        .contains("/console/pages/traffic.js", "/console/vendor/uplot/uPlot.esm.js")
        .contains("/console/vendor/uplot/uPlot.min.css", "/console/icon.svg")
        .hasSizeGreaterThan(40);
  }

  @Test
  void file_withTheTagThatIsKnown_isNotSentAgain() throws Exception {
    String tag = header(get("/console/app/main.js"), "etag");

    HttpResponse<String> again = send(request("/console/app/main.js").header("if-none-match", tag));
    HttpResponse<String> other =
        send(request("/console/app/main.js").header("if-none-match", "\"old\""));

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "etag")).isEqualTo(tag);
    assertThat(other.statusCode()).isEqualTo(200);
  }

  @Test
  void head_asked_isTheHeadersAlone() throws Exception {
    HttpResponse<String> answer = send(request("/").method("HEAD", BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(header(answer, "content-length"))
        .isEqualTo(String.valueOf(get("/").body().getBytes(UTF_8).length));
  }

  @Test
  void post_toAFile_isRefused() throws Exception {
    HttpResponse<String> answer = send(request("/").POST(BodyPublishers.ofString("x")));

    assertThat(answer.statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/",
        "/console/package.json",
        "/console/index.html",
        "/console/nothing.js",
        "/console/../datasets/mnist/train-labels-idx1-ubyte.gz",
        "/console/%2e%2e/logback.xml",
        "/console/..%2flogback.xml",
        "/console/..%5clogback.xml",
        "/console/....//logback.xml",
        "/console//app/main.js/../../../logback.xml",
        "/console/app/main.js%00.css",
        "/console/app/main.js/",
        "/console/vendor/uplot/uPlot.cjs.js",
        "/console/vendor/../../META-INF/MANIFEST.MF",
        "//console/../META-INF/MANIFEST.MF",
        "/META-INF/MANIFEST.MF",
        "/etc/passwd",
      })
  void path_ofNoFileOfTheConsole_isNotFound(String path) throws Exception {
    String line = statusLine(path);

    assertThat(line).matches("HTTP/1\\.1 40[04].*");
  }

  /** By hand, for the JDK's client tidies paths up. */
  private String statusLine(String path) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.activeLocalPort())) {
      String text = "GET " + path + " HTTP/1.1\r\nhost: localhost\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      BufferedReader answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      return String.valueOf(answer.readLine());
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).GET());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.activeLocalPort() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static String typeOf(String path) {
    if (path.endsWith(".js")) {
      return "text/javascript; charset=utf-8";
    }
    if (path.endsWith(".css")) {
      return "text/css; charset=utf-8";
    }
    return path.endsWith(".svg") ? "image/svg+xml" : "text/html; charset=utf-8";
  }
}
