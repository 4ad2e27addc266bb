package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.gateway.GrpcRoutes;
import dev.millrace.server.gateway.HttpDoor;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.HttpRoutes;
import dev.millrace.server.gateway.HttpSettings;
import dev.millrace.server.gateway.HttpTimeouts;
import dev.millrace.server.gateway.HttpTls;
import dev.millrace.server.gateway.OperationsRoutes;
import dev.millrace.server.gateway.Origins;
import dev.millrace.server.gateway.RequestCaller;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.gateway.console.ConsoleRoutes;
import dev.millrace.server.gateway.kserve.KserveRest;
import dev.millrace.server.gateway.rest.RestFaults;
import dev.millrace.server.gateway.rest.RestRoutes;
import dev.millrace.server.gateway.tfserving.TfServingRest;
import dev.millrace.server.gateway.v1.ApiPage;
import dev.millrace.server.gateway.v1.NativeApi;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.KeptBytes;
import dev.millrace.server.protocol.RequestName;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The HTTP door with all its routes, and the way from there to the services. */
final class HttpRoom implements AutoCloseable {
  private static final int MOST_METADATA_BYTES = 32 << 10;
  private static final int BLOCKING_THREADS = 2;

  private final ScheduledExecutorService blocking;
  private final ScheduledExecutorService deadlines;
  private final InProcessDoor inside;
  private final HttpDoor door;

  private HttpRoom(
      ScheduledExecutorService blocking,
      ScheduledExecutorService deadlines,
      InProcessDoor inside,
      HttpDoor door) {
    this.blocking = blocking;
    this.deadlines = deadlines;
    this.inside = inside;
    this.door = door;
  }

  /**
   * Starts to listen.
   *
   * @param tls what it shows of itself; empty for plain text
   * @param security who may ask for what
   * @param services as behind the gRPC door, with their interceptors
   * @param executor parses and writes what is large
   * @throws IOException if the address cannot be listened on
   */
  static HttpRoom open(
      ServeOptions options,
      int port,
      Optional<HttpTls> tls,
      SecurityRoom security,
      List<ServerServiceDefinition> services,
      ServerServiceDefinition health,
      OperationsRoutes operations,
      StatusMapper statuses,
      Executor executor)
      throws IOException {
    ScheduledExecutorService blocking =
        Executors.newScheduledThreadPool(BLOCKING_THREADS, Threads.named("http-blocking"));
    ScheduledExecutorService deadlines = CallDeadlines.start(Threads.named("http-deadline"));
    InProcessDoor inside =
        InProcessDoor.open(
            services,
            CallerInterceptor.named(
                ServiceCalls.CALLER, security.calls(), security.streams(), statuses),
            MOST_METADATA_BYTES,
            deadlines);
    List<ServerServiceDefinition> grpc = new ArrayList<>(services);
    grpc.add(health);
    CallerInterceptor callers =
        CallerInterceptor.behind(
            RequestCaller::current, security.calls(), security.streams(), statuses);
    grpc.replaceAll(
        service -> KeptBytes.of(ServerInterceptors.intercept(service, callers, new RequestName())));
    ServiceCalls calls = new ServiceCalls(inside.channel());
    HttpErrors errors = new HttpErrors(statuses::toStatus);
    try {
      HttpDoor door =
          HttpDoor.open(
              new HttpSettings(
                  new InetSocketAddress(options.host(), port),
                  tls,
                  options.maxMessageBytes(),
                  options.drainTimeout(),
                  origins(options),
                  HttpTimeouts.USUAL),
              routes(options, grpc, operations, calls, errors, executor),
              security.requests(),
              errors,
              () -> UUID.randomUUID().toString(),
              Threads.named("http"),
              blocking);
      return new HttpRoom(blocking, deadlines, inside, door);
    } catch (IOException | RuntimeException failed) {
      inside.close();
      blocking.shutdownNow();
      deadlines.shutdownNow();
      throw failed;
    }
  }

  /** Everything that HTTP answers. A new wire adds its routes here. */
  private static List<HttpRoutes> routes(
      ServeOptions options,
      List<ServerServiceDefinition> grpc,
      OperationsRoutes operations,
      ServiceCalls calls,
      HttpErrors errors,
      Executor executor)
      throws IOException {
    RestFaults faults = new RestFaults(errors);
    long most = options.maxInputBytes();
    return List.of(
        new GrpcRoutes(grpc, options.maxMessageBytes()),
        new NativeApi(calls, errors, executor, System::nanoTime),
        new ApiPage(errors),
        operations,
        new RestRoutes(
            "(?i)^/v1/.*$", new TfServingRest(most, executor, faults), faults, calls, executor),
        new RestRoutes(
            "^/v2(?:/.*)?$", new KserveRest(most, executor, faults), faults, calls, executor),
        ConsoleRoutes.read());
  }

  private static Origins origins(ServeOptions options) throws UnknownHostException {
    return new Origins(
        options.httpHosts(),
        options.httpOrigins(),
        InetAddress.getByName(options.host()).isLoopbackAddress());
  }

  /** Its routes. */
  SortedMap<String, String> routes() {
    return door.routes();
  }

  /** The port it listens on. */
  int port() {
    return door.port();
  }

  /** Takes no new requests; completes when those in flight are over, or broken off. */
  CompletableFuture<Boolean> drain() {
    return door.drain();
  }

  @Override
  public void close() {
    door.close();
    inside.close();
    blocking.shutdownNow();
    deadlines.shutdownNow();
  }
}
