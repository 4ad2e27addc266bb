package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.testing.Http;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests reach the one route of a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class DoorkeeperTest {
  private static final String APP = "https://app.example.org";

  private final List<Credentials> shown = new CopyOnWriteArrayList<>();
  private final List<Caller> served = new CopyOnWriteArrayList<>();
  private final InFlight inFlight = new InFlight();
  private final HttpService route =
      (context, request) -> {
        served.add(RequestCaller.of(context).caller());
        assertThat(RequestCaller.current()).isEqualTo(RequestCaller.of(context));
        return HttpResponse.of(HttpStatus.OK);
      };
  private volatile boolean closed;
  private Server server;
  private Http http;

  @BeforeAll
  void start() {
    server = start(route);
    http = new Http(server.activeLocalPort());
  }

  @BeforeEach
  void forget() {
    shown.clear();
    served.clear();
    closed = false;
  }

  private Server start(HttpService service) {
    Server started =
        Server.builder()
            .port(new InetSocketAddress("127.0.0.1", 0), SessionProtocol.HTTP)
            .connectionDrainDuration(Duration.ZERO)
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO)
            .serviceUnder("/", service)
            .decorator(
                new Doorkeeper(
                    new Origins(Set.of(), Set.of(APP), true),
                    this::admit,
                    new HttpErrors(new StatusMapper(() -> "error")::toStatus),
                    () -> "made-up",
                    inFlight))
            .build();
    started.start().join();
    return started;
  }

  @AfterAll
  void stop() {
    server.stop().join();
  }

  @Test
  void serve_request_isServedToWhomItIsAdmitted() throws IOException {
    assertThat(ask("GET", "localhost", "authorization: Bearer x", "x-api-key: key"))
        .startsWith("HTTP/1.1 200")
        .contains(
            "x-request-id: made-up\r\n",
            "x-content-type-options: nosniff\r\n",
            "x-frame-options: DENY\r\n",
            "referrer-policy: no-referrer\r\n",
            "cross-origin-resource-policy: same-origin\r\n")
        .doesNotContain("access-control");
    assertThat(served).containsExactly(new Caller("alice"));
    assertThat(shown).hasSize(1);
    assertThat(shown.get(0).authorization()).isEqualTo("Bearer x");
    assertThat(shown.get(0).apiKey()).isEqualTo("key");
    assertThat(shown.get(0).address()).isEqualTo("127.0.0.1");
    assertThat(shown.get(0).certificate().get()).isEmpty();
    assertThat(RequestCaller.current()).as("outside of requests").isNull();
  }

  @Test
  void serve_requestThatIsNotAdmitted_reachesNoRoute() throws IOException {
    closed = true;
    assertThat(ask("GET", "localhost"))
        .startsWith("HTTP/1.1 401")
        .contains("CREDENTIALS_MISSING", "www-authenticate: Bearer");
    assertThat(served).isEmpty();
  }

  @Test
  void serve_nameThatIsNotOurs_reachesNoRoute() throws IOException {
    assertThat(ask("GET", "evil.example.org"))
        .startsWith("HTTP/1.1 421")
        .contains("HOST_REFUSED", "made-up");
    assertThat(served).isEmpty();
    assertThat(shown).as("no credentials are looked at").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost, 200",
    "https://localhost, 200",
    "https://app.example.org, 200",
    "http://localhost:1, 403",
    "https://evil.example.org, 403",
    "null, 403"
  })
  void serve_page_isServedIfItIsOursOrAllowed(String origin, int status) throws IOException {
    String text = ask("GET", "localhost", "origin: " + origin, "sec-fetch-site: cross-site");
    assertThat(text).startsWith("HTTP/1.1 " + status);
    assertThat(served).hasSize(status == 200 ? 1 : 0);
    if (origin.equals(APP)) {
      assertThat(text)
          .contains("access-control-allow-origin: " + APP + "\r\n", "vary: origin\r\n")
          .containsPattern("access-control-expose-headers: [^\r]*grpc-status")
          .doesNotContain("cross-origin-resource-policy");
    } else {
      assertThat(text).doesNotContain("access-control");
    }
  }

  /** What a foreign page embeds is not for it; a link that a person follows is. */
  @ParameterizedTest
  @CsvSource({
    "GET, cross-site, no-cors, image, 403",
    "GET, same-site, no-cors, script, 403",
    "GET, same-origin, cors, empty, 200",
    "GET, none, navigate, document, 200",
    "GET, cross-site, navigate, document, 200",
    "GET, same-site, navigate, document, 200",
    "POST, cross-site, navigate, document, 403",
    "GET, cross-site, navigate, iframe, 403",
    "GET, cross-site, cors, document, 403"
  })
  void serve_withoutAnOrigin_isServedUnlessAForeignPageEmbedsIt(
      String method, String site, String mode, String destination, int status) throws IOException {
    assertThat(
            ask(
                method,
                "localhost",
                "sec-fetch-site: " + site,
                "sec-fetch-mode: " + mode,
                "sec-fetch-dest: " + destination))
        .startsWith("HTTP/1.1 " + status);
    assertThat(served).hasSize(status == 200 ? 1 : 0);
  }

  @Test
  void serve_preflightOfAnAllowedPage_isAnsweredAtTheDoor() throws IOException {
    String asks = "access-control-request-method: POST";
    assertThat(ask("OPTIONS", "localhost", "origin: " + APP, asks))
        .startsWith("HTTP/1.1 204")
        .contains("access-control-max-age: 600\r\n", "access-control-allow-origin: " + APP)
        .containsPattern("access-control-allow-methods: [^\r]*POST")
        .containsPattern("access-control-allow-headers: [^\r]*authorization");
    assertThat(ask("OPTIONS", "localhost", "origin: https://evil.example.org", asks))
        .startsWith("HTTP/1.1 403");
    assertThat(served).isEmpty();
    assertThat(ask("GET", "localhost", "origin: " + APP, asks)).startsWith("HTTP/1.1 200");
    assertThat(ask("OPTIONS", "localhost", "origin: " + APP)).startsWith("HTTP/1.1 200");
    assertThat(served).hasSize(2);
  }

  @Test
  void serve_request_isUnderWayUntilItIsAnswered() throws Exception {
    CompletableFuture<Boolean> reached = new CompletableFuture<>();
    CompletableFuture<HttpResponse> later = new CompletableFuture<>();
    HttpService slow =
        (context, request) -> {
          reached.complete(true);
          return HttpResponse.of(later);
        };
    try (Server other = start(slow);
        Socket socket = new Http(other.activeLocalPort()).connect()) {
      socket.getOutputStream().write(request("GET", "localhost"));
      reached.get(30, TimeUnit.SECONDS);
      assertThat(inFlight.whenNone()).isNotDone();
      later.complete(HttpResponse.of(HttpStatus.OK));
      assertThat(inFlight.whenNone().get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private String ask(String method, String host, String... headers) throws IOException {
    return http.raw(new String(request(method, host, headers), StandardCharsets.ISO_8859_1));
  }

  private static byte[] request(String method, String host, String... headers) {
    String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return (method
            + " /api/v1/models HTTP/1.1\r\nHost: "
            + host
            + "\r\nConnection: close\r\nContent-Length: 0\r\n"
            + lines
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private Caller admit(String pattern, String path, Credentials credentials) {
    shown.add(credentials);
    if (closed) {
      throw new ServingException(ErrorReason.CREDENTIALS_MISSING, "who are you");
    }
    return new Caller("alice");
  }
}
