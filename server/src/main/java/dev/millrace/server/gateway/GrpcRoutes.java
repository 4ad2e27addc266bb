package dev.millrace.server.gateway;

import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.List;

/**
 * The services as gRPC-Web, for browsers, and as gRPC. Their messages must be kept bytes: the
 * library takes its buffers back once a message has been handed over.
 */
public final class GrpcRoutes implements HttpRoutes {
  private static final Duration LONGEST_CALL = Duration.ofMinutes(30);

  private final List<ServerServiceDefinition> services;
  private final int maxMessageBytes;

  /** Routes to services. */
  public GrpcRoutes(List<ServerServiceDefinition> services, int maxMessageBytes) {
    this.services = List.copyOf(services);
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public void addTo(ServerBuilder builder) {
    GrpcServiceBuilder grpc =
        GrpcService.builder()
            .supportedSerializationFormats(
                GrpcSerializationFormats.PROTO,
                GrpcSerializationFormats.PROTO_WEB,
                GrpcSerializationFormats.PROTO_WEB_TEXT)
            .maxRequestMessageLength(maxMessageBytes)
            .useClientTimeoutHeader(true)
            .useBlockingTaskExecutor(false);
    services.forEach(grpc::addService);
    builder.service(
        grpc.build(),
        service ->
            service.decorate(
                (delegate, context, request) -> {
                  if (!request.headers().contains("grpc-timeout")) {
                    context.setRequestTimeout(TimeoutMode.SET_FROM_START, LONGEST_CALL);
                  }
                  return delegate.serve(context, request);
                }));
  }
}
