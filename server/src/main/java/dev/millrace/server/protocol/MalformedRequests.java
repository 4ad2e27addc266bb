package dev.millrace.server.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Answers bytes that are no message with INVALID_ARGUMENT and REQUEST_MALFORMED, where gRPC itself
 * would blame the server. Thread-safe.
 */
public final class MalformedRequests {
  private final StatusMapper statuses;
  private final UnaryOperator<ServerServiceDefinition> inside;

  /** Guards services. */
  public MalformedRequests(StatusMapper statuses) {
    this(statuses, service -> service);
  }

  /**
   * Guards services.
   *
   * @param inside puts around each service what needs its messages parsed
   */
  public MalformedRequests(StatusMapper statuses, UnaryOperator<ServerServiceDefinition> inside) {
    this.statuses = statuses;
    this.inside = inside;
  }

  /**
   * The same service, with parsing inside the guard.
   *
   * @param threads where its calls run
   */
  public ServerServiceDefinition guard(ServerServiceDefinition service, CallThreads threads) {
    // As streams, messages are parsed below the interceptors and not before them.
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(aliased(inside.apply(service)), new Streams()),
        new Guard(),
        threads);
  }

  private static ServerServiceDefinition aliased(ServerServiceDefinition service) {
    ServiceDescriptor descriptor = service.getServiceDescriptor();
    ServiceDescriptor.Builder changed =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> aliased = aliased(method);
      methods.add(aliased);
      changed.addMethod(aliased.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(changed.build());
    methods.forEach(builder::addMethod);
    return builder.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> aliased(ServerMethodDefinition<Q, A> method) {
    return ServerMethodDefinition.create(
        AliasedMessages.of(method.getMethodDescriptor()), method.getServerCallHandler());
  }

  /**
   * Leaves streams as they are. gRPC's own such marshaller puts a buffer around an answer, which
   * then could not write itself into the transport's memory, and would be copied twice.
   */
  private static final class Streams implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream value) {
      return value;
    }

    @Override
    public InputStream parse(InputStream stream) {
      return stream;
    }
  }

  private final class Guard implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      RefusableCall<Q, A> refusable = RefusableCall.of(call);
      ServerCall.Listener<Q> listener = next.startCall(refusable, headers);
      return new SimpleForwardingServerCallListener<>(listener) {
        @Override
        public void onMessage(Q message) {
          // A stream's later messages may be on their way when an earlier one is refused.
          if (refusable.isRefused()) {
            return;
          }
          try {
            super.onMessage(message);
          } catch (StatusRuntimeException unreadable) {
            refusable.refuse(refusal(message, unreadable, call.getMethodDescriptor()));
          }
        }

        @Override
        public void onHalfClose() {
          if (!refusable.isRefused()) {
            super.onHalfClose();
          }
        }
      };
    }
  }

  /**
   * What is told to the caller of a message that cannot be read.
   *
   * @throws StatusRuntimeException the same, where it is not the reading that failed
   */
  private StatusRuntimeException refusal(
      Object message, StatusRuntimeException unreadable, MethodDescriptor<?, ?> method) {
    if (message instanceof InputStream) {
      if (unreadable.getCause() instanceof InvalidProtocolBufferException) {
        return statuses.toStatus(
            new ServingException(
                ErrorReason.REQUEST_MALFORMED,
                "the request is no "
                    + method.getBareMethodName()
                    + " message; it is cut off or was made from another .proto"));
      }
      // gRPC says so of a compressed message while it is unpacked.
      if (unreadable.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        return statuses.toStatus(
            new ServingException(
                ErrorReason.REQUEST_TOO_LARGE,
                "the message is larger than the server takes once it is unpacked; send less, or let"
                    + " the operator raise --max-message-size"));
      }
    }
    throw unreadable;
  }
}
