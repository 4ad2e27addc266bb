package dev.millrace.server.protocol.audit;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.audit.DenialBudget;
import dev.millrace.server.protocol.Callers;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes calls down that came to no service: those that were denied, on every method, and those
 * that would have changed something and were refused on the way, such as by a quota. To be the
 * outermost interceptor. Lines are written on an executor, at most 64 of them wait, and a budget
 * bounds them; those left out are counted in the next line. Thread-safe; never blocks.
 */
public final class RefusedCalls implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(RefusedCalls.class);
  private static final int MOST_WAITING = 64;

  private final AuditTrail trail;
  private final DenialBudget budget;
  private final Executor executor;
  private final Supplier<String> ids;
  private final AtomicInteger waiting = new AtomicInteger();

  /** Calls that a log hears of when they are refused. */
  public RefusedCalls(
      AuditTrail trail, DenialBudget budget, Executor executor, Supplier<String> ids) {
    this.trail = trail;
    this.budget = budget;
    this.executor = executor;
    this.ids = ids;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    CallRecord record = new CallRecord();
    String caller = Callers.current().id();
    ServerCall<Q, A> heard =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (isOfInterest(method, status) && !record.isWritten()) {
              String known = Callers.current().id();
              write(method, known.isEmpty() ? caller : known, headers, status, trailers);
            }
            super.close(status, trailers);
          }
        };
    return Contexts.interceptCall(CallRecord.with(record), heard, headers, next);
  }

  private static boolean isOfInterest(String method, Status status) {
    Decision decision = Outcomes.decision(status);
    return decision == Decision.DENIED
        || (decision == Decision.FAILED && AuditedMethods.isAudited(method));
  }

  private void write(
      String method, String caller, Metadata headers, Status status, Metadata trailers) {
    if (!budget.tryTake()) {
      return;
    }
    SortedMap<String, String> details = new TreeMap<>();
    long leftOut = budget.takeLeftOut();
    if (leftOut > 0) {
      details.put("left_out_before", Long.toString(leftOut));
    }
    AuditEntry entry =
        new AuditEntry(
            caller,
            CallerRequestId.of(headers, ids),
            method,
            "",
            Outcomes.decision(status),
            Outcomes.reason(status, trailers),
            details);
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      budget.leaveOut(1 + leftOut);
      return;
    }
    try {
      executor.execute(Context.ROOT.wrap(() -> append(entry)));
    } catch (RejectedExecutionException stopping) {
      waiting.decrementAndGet();
    }
  }

  private void append(AuditEntry entry) {
    try {
      trail.append(entry);
    } catch (RuntimeException unwritable) {
      log.error("the audit log does not take that a call was refused", unwritable);
    } finally {
      waiting.decrementAndGet();
    }
  }
}
