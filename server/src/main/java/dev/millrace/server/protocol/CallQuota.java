package dev.millrace.server.protocol;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.usage.Budgets;
import dev.millrace.server.usage.Quotas;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Keeps callers within their quotas and budgets, before anything is done for them. To be put around
 * services whose messages are streams, outside of what else guards them. Thread-safe, and never
 * blocks.
 */
public final class CallQuota implements ServerInterceptor {
  private final Quotas quotas;
  private final Budgets budgets;
  private final Metadata.Key<String> aside;
  private final StatusMapper statuses;

  /**
   * A guard.
   *
   * @param aside header of calls that the HTTP door makes beside the one that it was asked for;
   *     heeded on the in-process transport alone, which nobody else can reach
   */
  public CallQuota(
      Quotas quotas, Budgets budgets, Metadata.Key<String> aside, StatusMapper statuses) {
    this.quotas = quotas;
    this.budgets = budgets;
    this.aside = aside;
    this.statuses = statuses;
  }

  /** The same service, with its calls counted. */
  public ServerServiceDefinition guard(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(service, this);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (isAside(call, headers)) {
      return next.startCall(call, headers);
    }
    Caller caller = Callers.current();
    CallCost cost = CallCost.of(call.getMethodDescriptor().getFullMethodName());
    RefusableCall<Q, A> refusable = RefusableCall.of(new Counted<>(call, caller));
    try {
      admit(caller, cost);
    } catch (ServingException refused) {
      refusable.refuse(statuses.toStatus(refused));
      return new ServerCall.Listener<>() {};
    }
    return new SimpleForwardingServerCallListener<>(next.startCall(refusable, headers)) {
      private boolean later;

      @Override
      public void onMessage(Q message) {
        if (refusable.isRefused()) {
          return;
        }
        Q counted = counted(caller, message);
        try {
          if (later && cost == CallCost.PREDICTIONS) {
            admit(caller, cost);
          }
        } catch (ServingException refused) {
          refusable.refuse(statuses.toStatus(refused));
          return;
        }
        later = true;
        super.onMessage(counted);
      }

      @Override
      public void onHalfClose() {
        if (!refusable.isRefused()) {
          super.onHalfClose();
        }
      }
    };
  }

  private void admit(Caller caller, CallCost cost) {
    if (cost.isPriced()) {
      budgets.admit(caller);
    }
    quotas.admit(caller, cost.unowed());
  }

  private boolean isAside(ServerCall<?, ?> call, Metadata headers) {
    return headers.containsKey(aside)
        && call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            instanceof AnonymousInProcessSocketAddress;
  }

  /** The message, whose bytes are charged at once, or as they are read. */
  @SuppressWarnings("unchecked")
  private <M> M counted(Caller caller, M message) {
    if (!(message instanceof InputStream stream)) {
      return message;
    }
    if (!(stream instanceof KnownLength)) {
      return (M) new CountedStream(stream, bytes -> quotas.chargeBytes(caller, bytes));
    }
    try {
      quotas.chargeBytes(caller, stream.available());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return message;
  }

  private final class Counted<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Caller caller;

    Counted(ServerCall<Q, A> call, Caller caller) {
      super(call);
      this.caller = caller;
    }

    @Override
    public void sendMessage(A message) {
      super.sendMessage(counted(caller, message));
    }
  }
}
