package dev.millrace.server.protocol.audit;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes calls down that change something: that it was asked for before the service hears of it,
 * and then what came of it. A call whose first line cannot be written is refused. Waits for the
 * disk, so its calls must not run on the transport's threads. Thread-safe.
 */
public final class AuditedCalls implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(AuditedCalls.class);

  private final AuditTrail trail;
  private final StatusMapper statuses;
  private final Supplier<String> ids;

  /**
   * Calls that a log hears of.
   *
   * @param ids makes ids for requests that bring none
   */
  public AuditedCalls(AuditTrail trail, StatusMapper statuses, Supplier<String> ids) {
    this.trail = trail;
    this.statuses = statuses;
    this.ids = ids;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    AuditedMethod method =
        AuditedMethods.of(call.getMethodDescriptor().getFullMethodName()).orElse(null);
    if (method == null) {
      return next.startCall(call, headers);
    }
    Audited<Q, A> audited = new Audited<>(call, method);
    return audited.listen(
        next.startCall(audited, headers), Callers.current().id(), CallerRequestId.of(headers, ids));
  }

  private final class Audited<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AuditedMethod method;
    // What was asked for, until it is written down what came of it.
    private final AtomicReference<@Nullable AuditEntry> open = new AtomicReference<>();
    private volatile boolean refused;

    Audited(ServerCall<Q, A> call, AuditedMethod method) {
      super(call);
      this.method = method;
    }

    ServerCall.Listener<Q> listen(ServerCall.Listener<Q> service, String caller, String request) {
      return new SimpleForwardingServerCallListener<>(service) {
        private boolean asked;

        @Override
        public void onMessage(Q message) {
          if (!asked) {
            asked = true;
            ask(caller, request, message);
          }
          if (!refused) {
            super.onMessage(message);
          }
        }

        @Override
        public void onHalfClose() {
          if (!refused) {
            super.onHalfClose();
          }
        }

        @Override
        public void onCancel() {
          try {
            super.onCancel();
          } finally {
            end(Decision.UNKNOWN, Status.Code.CANCELLED.name(), "");
          }
        }
      };
    }

    private void ask(String caller, String request, Q message) {
      AuditEntry entry =
          new AuditEntry(
              caller,
              request,
              getMethodDescriptor().getFullMethodName(),
              method.targetOf(message),
              Decision.ASKED,
              "",
              method.detailsOf(message));
      try {
        trail.append(entry);
        CallRecord.noteWritten();
        open.set(entry);
      } catch (RuntimeException unwritable) {
        refused = true;
        StatusRuntimeException status = statuses.toStatus(unwritable);
        Metadata trailers = status.getTrailers();
        super.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
      }
    }

    @Override
    public void sendMessage(A message) {
      end(Decision.ALLOWED, "", method.resultOf(message));
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (refused) {
        return;
      }
      end(Outcomes.decision(status), Outcomes.reason(status, trailers), "");
      super.close(status, trailers);
    }

    /** What was done is done, so a line that cannot be written now is only told of. */
    private void end(Decision decision, String reason, String about) {
      AuditEntry entry = open.getAndSet(null);
      if (entry == null) {
        return;
      }
      try {
        trail.append(entry.ended(decision, reason, about));
      } catch (RuntimeException unwritable) {
        log.error(
            "the audit log does not take that request {} ended {}",
            entry.request(),
            decision,
            unwritable);
      }
    }
  }
}
