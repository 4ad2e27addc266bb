package dev.millrace.server.scheduling;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether work is taken on: within the model's queue, the server's budget of bytes, and the
 * wait that the model allows. The wait is estimated from the measured rate of runs, so the number
 * of requests that it admits follows the machine's speed (Little's law). Stateless.
 */
final class Admission {
  private static final Duration LEAST_RETRY = Duration.ofMillis(10);
  private static final Duration MOST_RETRY = Duration.ofSeconds(2);
  private static final Map<Priority, Double> SHARE_OF_WAIT =
      Map.of(Priority.HIGH, 1.5, Priority.NORMAL, 1.0, Priority.LOW, 0.5);

  // The low priority leaves room for the others.
  private static final Map<Priority, Double> SHARE_OF_ROOM = Map.of(Priority.LOW, 0.5);

  // Who has nothing waiting finds room in a queue that others have filled.
  private static final double ROOM_FOR_NEWCOMERS = 1.25;

  private final long maxBytes;

  /** Why work is not taken on, and the error that says so. */
  record Refusal(ShedReason why, ServingException error) {}

  /** Admits up to so many bytes of inputs in the whole server. */
  Admission(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Why a request is not taken on; empty when it is.
   *
   * @param pieces works that the request is split into
   * @param bytes bytes of all of them
   * @param waitNanos estimated wait until the first of them begins
   */
  Optional<Refusal> refusal(Work work, int pieces, long bytes, Backlog backlog, long waitNanos) {
    AdmissionSettings settings = work.lane().admission();
    Backlog.Share model = backlog.of(work.lane().key().version().model());
    Duration wait = Duration.ofNanos(waitNanos);
    double room = SHARE_OF_ROOM.getOrDefault(work.priority(), 1.0);
    double ofModel = backlog.isWaiting(work.caller()) ? room : room * ROOM_FOR_NEWCOMERS;
    if (model.requests() > 0 && model.requests() + pieces > ofModel * settings.maxRequests()) {
      return overloaded(
          ShedReason.MODEL_REQUESTS,
          model.requests() + " requests wait for this model already",
          wait);
    }
    if (model.requests() > 0 && model.bytes() + bytes > ofModel * settings.maxBytes()) {
      return overloaded(
          ShedReason.MODEL_BYTES,
          "requests of " + model.bytes() + " bytes wait for this model",
          wait);
    }
    if (backlog.bytes() > 0 && backlog.bytes() + bytes > room * maxBytes) {
      return overloaded(
          ShedReason.SERVER_BYTES, "the server holds as many bytes of requests as it may", wait);
    }
    double share = SHARE_OF_WAIT.getOrDefault(work.priority(), 1.0);
    if (waitNanos > share * settings.maxWait().toNanos()) {
      return overloaded(ShedReason.WAIT, "the wait would be " + wait.toMillis() + " ms", wait);
    }
    return Optional.empty();
  }

  private static Optional<Refusal> overloaded(ShedReason why, String words, Duration wait) {
    Duration retry = wait.compareTo(LEAST_RETRY) < 0 ? LEAST_RETRY : wait;
    ServingException error =
        new ServingException(ErrorReason.OVERLOADED, words + "; try again soon")
            .retryAfter(retry.compareTo(MOST_RETRY) > 0 ? MOST_RETRY : retry);
    return Optional.of(new Refusal(why, error));
  }
}
