package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.gateway.OperationsRoutes;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.telemetry.ManagementServer;
import dev.millrace.server.telemetry.Readiness;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that listens: gRPC, HTTP, and metrics with health, which closes last. */
final class Doors implements AutoCloseable {
  private static final int MANAGEMENT_THREADS = 4;

  private final ManagementServer management;
  private final GrpcDoor grpc;
  private final @Nullable HttpRoom http;

  private Doors(ManagementServer management, GrpcDoor grpc, @Nullable HttpRoom http) {
    this.management = management;
    this.grpc = grpc;
    this.http = http;
  }

  /**
   * Starts to listen.
   *
   * @param services as {@link GuardedServices} makes them
   * @param health of these services
   * @param scrape the metrics as Prometheus reads them
   * @throws IOException if an address cannot be listened on
   */
  static Doors open(
      ServeOptions options,
      TlsRoom tls,
      SecurityRoom security,
      List<ServerServiceDefinition> services,
      ServerServiceDefinition health,
      Readiness readiness,
      Supplier<String> scrape,
      StatusMapper statuses,
      Executor calls)
      throws IOException {
    ManagementServer management =
        ManagementServer.start(
            new InetSocketAddress(options.managementHost(), options.managementPort()),
            tls.management(),
            Executors.newFixedThreadPool(MANAGEMENT_THREADS, Threads.named("management")),
            readiness,
            scrape,
            options.metricsPath(),
            security::metrics);
    ServerServiceDefinition guarded = security.guard(statuses).apply(health);
    GrpcDoor grpc =
        GrpcDoor.open(
            new InetSocketAddress(options.host(), options.port()),
            tls.grpc(),
            GrpcDoor.HANDSHAKE,
            options.maxMessageBytes(),
            CallerInterceptor.ofNetwork(security.calls(), security.streams(), statuses),
            services,
            guarded);
    HttpRoom http =
        options.httpPort().isEmpty()
            ? null
            : HttpRoom.open(
                options,
                options.httpPort().getAsInt(),
                tls.http(),
                security,
                services,
                guarded,
                new OperationsRoutes(readiness::notReadyReason, scrape, calls),
                statuses,
                calls);
    return new Doors(management, grpc, http);
  }

  /** Port of gRPC. */
  int port() {
    return grpc.port();
  }

  /** Port of HTTP; empty when it is off. */
  OptionalInt httpPort() {
    return http == null ? OptionalInt.empty() : OptionalInt.of(http.port());
  }

  /** The routes of HTTP. */
  SortedMap<String, String> routes() {
    return http == null ? new TreeMap<>() : http.routes();
  }

  /** Port of metrics and health. */
  int managementPort() {
    return management.port();
  }

  /**
   * Takes no new calls, waits for those in flight, breaks off what is left when the time is over,
   * and closes gRPC and HTTP.
   *
   * @return true when nothing was broken off
   */
  boolean drain(Duration patience) {
    CompletableFuture<Boolean> httpDrained =
        http == null ? CompletableFuture.completedFuture(true) : http.drain();
    boolean finished = grpc.drain(patience) & httpDrained.join();
    grpc.close();
    if (http != null) {
      http.close();
    }
    return finished;
  }

  /** Closes metrics and health. */
  @Override
  public void close() {
    management.close();
  }
}
