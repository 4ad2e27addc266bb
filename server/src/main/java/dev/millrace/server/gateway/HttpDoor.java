package dev.millrace.server.gateway;

import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.encoding.StreamDecoderFactory;
import com.linecorp.armeria.common.encoding.StreamEncoderFactories;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.DecodingService;
import com.linecorp.armeria.server.encoding.EncodingService;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The HTTP server, HTTP/1.1 and HTTP/2 on one port, with every limit set. Thread-safe; owns its
 * event loops.
 */
public final class HttpDoor implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 4096;
  private static final int MOST_LINE_BYTES = 8 << 10;
  private static final int MOST_HEADER_BYTES = 16 << 10;
  private static final int MOST_STREAMS_PER_CONNECTION = 1000;
  private static final int MOST_RESETS = 1000;
  private static final int RESET_WINDOW_SECONDS = 10;
  private static final int FLOW_CONTROL_WINDOW = 1 << 20;
  private static final Duration CONNECTION_AGE = Duration.ofMinutes(30);
  private static final int LEAST_LOOPS = 2;
  private static final int LEAST_COMPRESSED_BYTES = 1024;
  private static final int MOST_FLUSHES = 256;

  private final Server server;
  private final InFlight inFlight;

  private HttpDoor(Server server, InFlight inFlight) {
    this.server = server;
    this.inFlight = inFlight;
  }

  /**
   * Starts to listen.
   *
   * @param routes what it answers
   * @param admission who may ask for it
   * @param errors the form of errors
   * @param ids makes the ids of requests that bring none
   * @param loops makes the threads of its event loops
   * @param blocking threads for the few things of the library that block; not shut down
   * @throws IOException if the address cannot be listened on
   * @throws IllegalArgumentException if the key or the certificates of TLS are none
   */
  public static HttpDoor open(
      HttpSettings settings,
      List<? extends HttpRoutes> routes,
      Admission admission,
      HttpErrors errors,
      Supplier<String> ids,
      ThreadFactory loops,
      ScheduledExecutorService blocking)
      throws IOException {
    EventLoopGroup group =
        EventLoopGroups.newEventLoopGroup(
            Math.max(LEAST_LOOPS, Runtime.getRuntime().availableProcessors()), loops);
    InFlight inFlight = new InFlight();
    ServerBuilder builder =
        Server.builder()
            .workerGroup(group, true)
            .bossGroupFactory(name -> EventLoopGroups.newEventLoopGroup(1, loops))
            .meterRegistry(new CompositeMeterRegistry())
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .blockingTaskExecutor(blocking, false)
            .maxRequestLength(settings.maxBodyBytes())
            .requestTimeout(settings.timeouts().request())
            .idleTimeout(settings.timeouts().idle())
            .childChannelPipelineCustomizer(
                pipeline ->
                    pipeline.addFirst(
                        // The library sends headers and body apart, which wakes the client twice.
                        new FlushConsolidationHandler(MOST_FLUSHES, true),
                        new FirstRequest(settings.timeouts().firstRequest()),
                        new SentResets(
                            MOST_RESETS,
                            Duration.ofSeconds(RESET_WINDOW_SECONDS),
                            System::nanoTime)))
            // Connections end now and then, so that clients spread over replicas that came later.
            .maxConnectionAge(CONNECTION_AGE)
            .maxNumConnections(MOST_CONNECTIONS)
            .http1MaxInitialLineLength(MOST_LINE_BYTES)
            .http1MaxHeaderSize(MOST_HEADER_BYTES)
            .http2MaxHeaderListSize(MOST_HEADER_BYTES)
            .http2MaxStreamsPerConnection(MOST_STREAMS_PER_CONNECTION)
            .http2MaxResetFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS)
            .http2InitialConnectionWindowSize(FLOW_CONTROL_WINDOW)
            .http2InitialStreamWindowSize(FLOW_CONTROL_WINDOW)
            .disableServerHeader()
            .verboseResponses(false)
            .gracefulShutdown(
                GracefulShutdown.builder()
                    // With 0 the library would close connections on which requests are under way.
                    .quietPeriodMillis(1)
                    .timeout(settings.drainTimeout())
                    .build());
    if (settings.tls().isPresent()) {
      builder.https(settings.address());
      settings.tls().get().addTo(builder);
    } else {
      builder.http(settings.address());
    }
    routes.forEach(each -> each.addTo(builder));
    builder
        .decorator(
            DecodingService.newDecorator(
                StreamDecoderFactory.gzip(), StreamDecoderFactory.deflate()))
        .decorator(compression())
        .decorator(new Doorkeeper(settings.origins(), admission, errors, ids, inFlight))
        .errorHandler(new DoorErrors(errors, ids));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException failed) {
      server.stop();
      throw new IOException("cannot listen for HTTP on " + settings.address(), failed.getCause());
    }
    return new HttpDoor(server, inFlight);
  }

  /** Events are not compressed: they would wait for one another in the compressor. */
  private static Function<? super HttpService, EncodingService> compression() {
    return EncodingService.builder()
        .encoderFactories(StreamEncoderFactories.GZIP, StreamEncoderFactories.DEFLATE)
        .encodableContentTypes(
            type ->
                type.isJson()
                    || type.belongsTo(MediaType.ANY_TEXT_TYPE)
                        && !type.belongsTo(MediaType.EVENT_STREAM)
                    || type.belongsTo(MediaType.create("application", "javascript")))
        .minBytesToForceChunkedEncoding(LEAST_COMPRESSED_BYTES)
        .newDecorator();
  }

  /** The pattern of each route, as {@link Admission} hears it, by which methods it takes. */
  public SortedMap<String, String> routes() {
    SortedMap<String, String> routes = new TreeMap<>();
    server
        .serviceConfigs()
        .forEach(
            config ->
                routes.put(
                    config.route().isFallback() ? "" : config.route().patternString(),
                    config.route().methods().toString()));
    return routes;
  }

  /** The port it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  /**
   * Takes no new connections, waits for the requests in flight, and breaks off what is left when
   * the drain timeout is over.
   *
   * @return true when nothing was broken off
   */
  public CompletableFuture<Boolean> drain() {
    CompletableFuture<Boolean> stopped = server.stop().handle((done, failure) -> false);
    return inFlight.whenNone().applyToEither(stopped, finished -> finished);
  }

  /** Closes what is open; threads end soon after. */
  @Override
  public void close() {
    server.closeAsync();
  }
}
