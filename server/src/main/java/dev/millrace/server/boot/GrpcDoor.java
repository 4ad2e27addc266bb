package dev.millrace.server.boot;

import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.RequestName;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettySslContextServerCredentials;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The gRPC server with every limit set, so that none is an accident of a library's default. */
final class GrpcDoor implements AutoCloseable {
  /** Longest time from a connection to its first request, unless told otherwise. */
  static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private static final int MOST_METADATA_BYTES = 16 << 10;
  private static final int MOST_STREAMS_PER_CONNECTION = 1000;
  // Callers whose deadline passes reset their stream, so a busy connection resets many.
  private static final int MOST_RESETS = 5000;
  private static final int RESET_WINDOW_SECONDS = 5;
  private static final int FLOW_CONTROL_WINDOW = 1 << 20;
  private static final long GOOD_BYE_MILLIS = 2500;

  private final Server server;
  private final GrpcLoops loops;

  private GrpcDoor(Server server, GrpcLoops loops) {
    this.server = server;
    this.loops = loops;
  }

  /**
   * Starts to listen.
   *
   * @param tls what to speak; empty for plain text
   * @param handshake longest time from a connection to its first request
   * @param callers finds out who calls, and turns away who may not
   * @throws IOException if the address cannot be listened on
   */
  static GrpcDoor open(
      InetSocketAddress address,
      Optional<SslContext> tls,
      Duration handshake,
      int maxMessageBytes,
      CallerInterceptor callers,
      List<ServerServiceDefinition> services,
      ServerServiceDefinition health)
      throws IOException {
    GrpcLoops loops = new GrpcLoops();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                address,
                tls.map(NettySslContextServerCredentials::create)
                    .orElseGet(InsecureServerCredentials::create))
            // Services choose their own threads; what runs on the transport's does not block.
            .directExecutor()
            .intercept(callers)
            .intercept(new RequestName())
            .maxInboundMessageSize(maxMessageBytes)
            .maxInboundMetadataSize(MOST_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(MOST_STREAMS_PER_CONNECTION)
            .maxRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS)
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .handshakeTimeout(handshake.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(30, TimeUnit.MINUTES)
            // Connections end now and then, so that clients spread over replicas that came later.
            .maxConnectionAge(30, TimeUnit.MINUTES)
            .maxConnectionAgeGrace(10, TimeUnit.MINUTES);
    loops.addTo(builder);
    services.forEach(builder::addService);
    builder.addService(health);
    builder.addService(ProtoReflectionServiceV1.newInstance());
    builder.addService(reflectionV1Alpha());
    try {
      return new GrpcDoor(builder.build().start(), loops);
    } catch (IOException | RuntimeException failed) {
      loops.close();
      throw failed;
    }
  }

  /** The port it listens on. */
  int port() {
    return server.getPort();
  }

  /**
   * Takes no new calls, waits for those in flight, and breaks off what is left when the time is
   * over.
   */
  boolean drain(Duration patience) {
    server.shutdown();
    try {
      if (server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    breakOff();
    return false;
  }

  /** Callers that are broken off are told so, if they listen. */
  private void breakOff() {
    server.shutdownNow();
    try {
      server.awaitTermination(GOOD_BYE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    breakOff();
    loops.close();
  }

  /** The older protocol, which most installed tools still speak. */
  @SuppressWarnings("deprecation")
  private static BindableService reflectionV1Alpha() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }
}
