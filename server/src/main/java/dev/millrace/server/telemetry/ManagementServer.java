package dev.millrace.server.telemetry;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsExchange;
import dev.millrace.server.model.CertificateNames;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The management endpoint: {@code /metrics} in Prometheus' text form, {@code /healthz/live} and
 * {@code /healthz/ready}. Thread-safe; owns its threads.
 */
public final class ManagementServer implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final Set<String> PUBLIC = Set.of("/healthz/live", "/healthz/ready");
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final String METRICS = "/metrics";
  // Without a limit, as many slow requests or handshakes as there are threads would be the last.
  private static final String PATIENCE = "sun.net.httpserver.maxReqTime";
  private static final int PATIENCE_SECONDS = 20;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService executor;
  private final Readiness readiness;
  private final Supplier<String> scrape;
  private final String metricsPath;
  private final Consumer<Credentials> admission;

  private record Answer(int status, String type, String body) {}

  private ManagementServer(
      HttpServer server,
      ExecutorService executor,
      Readiness readiness,
      Supplier<String> scrape,
      String metricsPath,
      Consumer<Credentials> admission) {
    this.admission = admission;
    this.metricsPath = metricsPath;
    this.server = server;
    this.executor = executor;
    this.readiness = readiness;
    this.scrape = scrape;
  }

  /**
   * Starts to listen.
   *
   * @param address where; port 0 takes a free one
   * @param executor a bounded number of threads; shut down by {@link #close}
   * @param scrape writes the metrics
   * @throws IOException if the address cannot be listened on
   */
  public static ManagementServer start(
      InetSocketAddress address,
      ExecutorService executor,
      Readiness readiness,
      Supplier<String> scrape)
      throws IOException {
    return start(address, Optional.empty(), executor, readiness, scrape, METRICS, shown -> {});
  }

  /**
   * The same.
   *
   * @param tls how; empty for plain text
   * @param metricsPath where the metrics are as well
   * @param admission throws a {@link ServingException} for who may not read the metrics
   */
  public static ManagementServer start(
      InetSocketAddress address,
      Optional<SecureListening> tls,
      ExecutorService executor,
      Readiness readiness,
      Supplier<String> scrape,
      String metricsPath,
      Consumer<Credentials> admission)
      throws IOException {
    ManagementServer management =
        new ManagementServer(
            listen(address, tls), executor, readiness, scrape, metricsPath, admission);
    management.server.createContext("/", management::handle);
    management.server.setExecutor(executor);
    management.server.start();
    return management;
  }

  private static HttpServer listen(InetSocketAddress address, Optional<SecureListening> tls)
      throws IOException {
    if (System.getProperty(PATIENCE) == null) {
      System.setProperty(PATIENCE, Integer.toString(PATIENCE_SECONDS));
    }
    try {
      return tls.isPresent()
          ? tls.get().listen(address, BACKLOG)
          : HttpServer.create(address, BACKLOG);
    } catch (BindException taken) {
      throw new IOException(
          "cannot listen for metrics and health on " + address + ": " + taken.getMessage(), taken);
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
    try {
      executor.awaitTermination(Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      Answer answer =
          head || method.equals("GET")
              ? answer(exchange)
              : new Answer(405, TEXT, "only GET and HEAD\n");
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      if (answer.status() == UNAUTHORIZED) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"millrace\"");
      }
      exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    if (!PUBLIC.contains(path)) {
      try {
        admission.accept(credentials(exchange));
      } catch (ServingException refused) {
        boolean unknown = refused.reason().category() == ErrorReason.Category.UNAUTHENTICATED;
        return new Answer(unknown ? UNAUTHORIZED : FORBIDDEN, TEXT, refused.message() + "\n");
      }
    }
    return answer(path);
  }

  private static Credentials credentials(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String authorization = headers.getFirst(Credentials.AUTHORIZATION);
    String key = headers.getFirst(Credentials.API_KEY);
    return new Credentials(
        exchange.getRemoteAddress().getAddress().getHostAddress(),
        authorization == null ? "" : authorization,
        key == null ? "" : key,
        () ->
            exchange instanceof HttpsExchange secure
                ? CertificateNames.of(secure.getSSLSession())
                : List.of());
  }

  private Answer answer(String path) {
    return switch (path.equals(metricsPath) ? METRICS : path) {
      case METRICS -> new Answer(200, PROMETHEUS, scrape.get());
      case "/healthz/live" -> new Answer(200, TEXT, "live\n");
      case "/healthz/ready" -> {
        Optional<String> reason = readiness.notReadyReason();
        yield reason.isEmpty()
            ? new Answer(200, TEXT, "ready\n")
            : new Answer(503, TEXT, reason.get() + "\n");
      }
      default -> new Answer(404, TEXT, "there is /metrics, /healthz/live and /healthz/ready\n");
    };
  }
}
