package dev.millrace.server.protocol;

import dev.millrace.server.model.Caller;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;

/**
 * Checks each message of each call before its service sees it: what a caller may do depends on the
 * model that the message names. Thread-safe.
 */
public final class MessagePermissions implements ServerInterceptor {
  private final Admission admission;
  private final StatusMapper statuses;

  /** Checks by the admission. */
  public MessagePermissions(Admission admission, StatusMapper statuses) {
    this.admission = admission;
    this.statuses = statuses;
  }

  /** The same service behind the check; its messages must be parsed before. */
  public ServerServiceDefinition guard(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(service, this);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Caller caller = Callers.current();
    String method = call.getMethodDescriptor().getFullMethodName();
    RefusableCall<Q, A> refusable = RefusableCall.of(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(refusable, headers)) {
      @Override
      public void onMessage(Q message) {
        if (refusable.isRefused()) {
          return;
        }
        try {
          admission.check(method, caller, message);
        } catch (RuntimeException refused) {
          refusable.refuse(statuses.toStatus(refused));
          return;
        }
        super.onMessage(message);
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
