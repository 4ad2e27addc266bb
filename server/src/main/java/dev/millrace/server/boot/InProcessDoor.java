package dev.millrace.server.boot;

import dev.millrace.server.protocol.ByReference;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.RequestName;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The services as the HTTP door calls them: the same ones as behind the gRPC door, with messages
 * handed over by reference, and the caller named by the door.
 */
final class InProcessDoor implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  private InProcessDoor(Server server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  /**
   * Opens it.
   *
   * @param callers lets in whom the HTTP door has let in
   * @param deadlines ends the calls whose time is over; not shut down
   */
  static InProcessDoor open(
      List<ServerServiceDefinition> services,
      CallerInterceptor callers,
      int maxMetadataBytes,
      ScheduledExecutorService deadlines)
      throws IOException {
    AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forAddress(address)
            .directExecutor()
            .scheduledExecutorService(deadlines)
            .intercept(callers)
            .intercept(new RequestName())
            .maxInboundMetadataSize(maxMetadataBytes);
    services.forEach(builder::addService);
    Server server = builder.build().start();
    return new InProcessDoor(
        server,
        InProcessChannelBuilder.forAddress(address)
            .directExecutor()
            .scheduledExecutorService(deadlines)
            // A defect's text must not leave the process by this way either.
            .propagateCauseWithStatus(false)
            .build());
  }

  /** Calls the services on the thread of the caller. */
  Channel channel() {
    return ClientInterceptors.intercept(channel, new ByReference());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
