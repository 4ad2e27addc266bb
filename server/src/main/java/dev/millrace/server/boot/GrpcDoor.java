package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.TlsIdentity;
import dev.millrace.server.protocol.CallerAddress;
import dev.millrace.server.protocol.RequestName;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The gRPC server with every limit set, so that none is an accident of a library's default. */
final class GrpcDoor implements AutoCloseable {
  private static final int MOST_METADATA_BYTES = 16 << 10;
  private static final int MOST_STREAMS_PER_CONNECTION = 1000;
  // Callers whose deadline passes reset their stream, so a busy connection resets many.
  private static final int MOST_RESETS = 20_000;
  private static final int RESET_WINDOW_SECONDS = 10;
  private static final int FLOW_CONTROL_WINDOW = 1 << 20;

  private final Server server;

  private GrpcDoor(Server server) {
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param tls what to show; empty for plain text
   * @throws dev.millrace.server.boot.config.ConfigurationException if keys or certificates cannot
   *     be used
   * @throws IOException if the address cannot be listened on
   */
  static GrpcDoor open(
      InetSocketAddress address,
      Optional<TlsIdentity> tls,
      int maxMessageBytes,
      List<ServerServiceDefinition> services,
      BindableService health)
      throws IOException {
    NettyServerBuilder builder =
        builder(address, tls)
            // Services choose their own threads; what runs on the transport's does not block.
            .directExecutor()
            .intercept(new CallerAddress())
            .intercept(new RequestName())
            .maxInboundMessageSize(maxMessageBytes)
            .maxInboundMetadataSize(MOST_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(MOST_STREAMS_PER_CONNECTION)
            .maxRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS)
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(30, TimeUnit.MINUTES)
            // Connections end now and then, so that clients spread over replicas that came later.
            .maxConnectionAge(30, TimeUnit.MINUTES)
            .maxConnectionAgeGrace(10, TimeUnit.MINUTES);
    services.forEach(builder::addService);
    builder.addService(health);
    builder.addService(ProtoReflectionServiceV1.newInstance());
    builder.addService(reflectionV1Alpha());
    return new GrpcDoor(builder.build().start());
  }

  private static NettyServerBuilder builder(InetSocketAddress address, Optional<TlsIdentity> tls) {
    try {
      return NettyServerBuilder.forAddress(
          address, tls.isPresent() ? credentials(tls.get()) : InsecureServerCredentials.create());
    } catch (IOException | IllegalArgumentException unusable) {
      throw new ConfigurationException(
          "the key and certificates of TLS cannot be used: " + unusable.getMessage());
    }
  }

  private static ServerCredentials credentials(TlsIdentity identity) throws IOException {
    TlsServerCredentials.Builder builder =
        TlsServerCredentials.newBuilder()
            .keyManager(stream(identity.certificates()), stream(identity.key()))
            .clientAuth(
                identity.clientCertificate()
                    ? TlsServerCredentials.ClientAuth.REQUIRE
                    : TlsServerCredentials.ClientAuth.NONE);
    if (identity.clientAuthorities().isPresent()) {
      builder.trustManager(stream(identity.clientAuthorities().get()));
    }
    return builder.build();
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
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
    server.shutdownNow();
    return false;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  /** The older protocol, which most installed tools still speak. */
  @SuppressWarnings("deprecation")
  private static BindableService reflectionV1Alpha() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }
}
