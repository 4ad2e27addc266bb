package dev.millrace.server.protocol;

import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams that are open, which may last longer than the credentials that they began with. One
 * whose credentials are no longer taken, or give another access than they did, is ended: its caller
 * hears why, its service that it is cancelled. Thread-safe; never blocks.
 */
public final class OpenStreams {
  private static final Logger log = LoggerFactory.getLogger(OpenStreams.class);

  private final Set<Watched<?>> open = ConcurrentHashMap.newKeySet();
  private final Executor executor;

  /**
   * No streams yet.
   *
   * @param executor tells services that a stream was ended
   */
  public OpenStreams(Executor executor) {
    this.executor = executor;
  }

  /** Asks anew who the caller of each stream is; to be called now and then. */
  public void look() {
    open.forEach(Watched::look);
  }

  /** How many there are. */
  public int size() {
    return open.size();
  }

  <Q> ServerCall.Listener<Q> watch(
      RefusableCall<Q, ?> call,
      Admitted admitted,
      Function<Throwable, StatusRuntimeException> statuses,
      ServerCall.Listener<Q> service) {
    Watched<Q> watched = new Watched<>(call, admitted, statuses, service);
    open.add(watched);
    return watched;
  }

  private final class Watched<Q> extends SimpleForwardingServerCallListener<Q> {
    private final RefusableCall<Q, ?> call;
    private final Admitted admitted;
    private final Function<Throwable, StatusRuntimeException> statuses;

    Watched(
        RefusableCall<Q, ?> call,
        Admitted admitted,
        Function<Throwable, StatusRuntimeException> statuses,
        ServerCall.Listener<Q> service) {
      super(service);
      this.call = call;
      this.admitted = admitted;
      this.statuses = statuses;
    }

    void look() {
      if (call.isRefused()) {
        return;
      }
      try {
        if (!admitted.again().get().access().equals(admitted.caller().access())) {
          throw new ServingException(
              ErrorReason.CREDENTIALS_INVALID,
              "what these credentials allow has changed since the stream began; begin it anew");
        }
      } catch (RuntimeException refused) {
        log.info(
            "a stream of '{}' on {} is ended: its credentials are no longer good for it",
            admitted.caller(),
            call.getMethodDescriptor().getFullMethodName());
        call.refuse(statuses.apply(refused));
      }
    }

    @Override
    public void onMessage(Q message) {
      if (!call.isRefused()) {
        super.onMessage(message);
      }
    }

    @Override
    public void onHalfClose() {
      if (!call.isRefused()) {
        super.onHalfClose();
      }
    }

    @Override
    public void onComplete() {
      open.remove(this);
      if (call.isRefused()) {
        // A transport may say so under the call's lock, and services send under locks of theirs.
        executor.execute(super::onCancel);
      } else {
        super.onComplete();
      }
    }

    @Override
    public void onCancel() {
      open.remove(this);
      super.onCancel();
    }
  }
}
