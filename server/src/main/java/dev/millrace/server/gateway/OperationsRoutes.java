package dev.millrace.server.gateway;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What the management port has, for those who reach this one alone: health, and metrics at the path
 * of TensorFlow Serving. Thread-safe.
 */
public final class OperationsRoutes implements HttpRoutes {
  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Supplier<Optional<String>> notReadyReason;
  private final Supplier<String> scrape;
  private final Executor executor;

  /**
   * The routes.
   *
   * @param notReadyReason why the server is not ready; empty when it is
   * @param scrape writes the metrics
   * @param executor writes them
   */
  public OperationsRoutes(
      Supplier<Optional<String>> notReadyReason, Supplier<String> scrape, Executor executor) {
    this.notReadyReason = notReadyReason;
    this.scrape = scrape;
    this.executor = executor;
  }

  @Override
  public void addTo(ServerBuilder builder) {
    get(builder, "/healthz/live", (context, request) -> text(HttpStatus.OK, "live\n"));
    get(
        builder,
        "/healthz/ready",
        (context, request) -> {
          Optional<String> reason = notReadyReason.get();
          return reason.isEmpty()
              ? text(HttpStatus.OK, "ready\n")
              : text(HttpStatus.SERVICE_UNAVAILABLE, reason.get() + "\n");
        });
    get(
        builder,
        "/monitoring/prometheus/metrics",
        (context, request) ->
            HttpResponse.of(
                CompletableFuture.supplyAsync(
                    () -> answer(HttpStatus.OK, PROMETHEUS, scrape.get()), executor)));
  }

  private static void get(ServerBuilder builder, String path, HttpService service) {
    builder.service(
        Route.builder().exact(path).methods(HttpMethod.GET, HttpMethod.HEAD).build(), service);
  }

  private static HttpResponse text(HttpStatus status, String body) {
    return answer(status, MediaType.PLAIN_TEXT_UTF_8, body);
  }

  private static HttpResponse answer(HttpStatus status, MediaType type, String body) {
    return HttpResponse.of(
        ResponseHeaders.builder(status)
            .contentType(type)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        HttpData.ofUtf8(body));
  }
}
