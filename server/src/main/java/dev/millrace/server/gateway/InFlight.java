package dev.millrace.server.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CompletableFuture;

/**
 * Counts the requests that are under way. The library counts them too, but says that it has stopped
 * only seconds after the last of them. Thread-safe.
 */
final class InFlight {
  private final CompletableFuture<Boolean> none = new CompletableFuture<>();

  @GuardedBy("this")
  private long count;

  @GuardedBy("this")
  private boolean draining;

  synchronized void begin() {
    count++;
  }

  void end() {
    boolean last;
    synchronized (this) {
      count--;
      last = draining && count == 0;
    }
    if (last) {
      none.complete(true);
    }
  }

  /** Completes with true when there is none, from now on. */
  CompletableFuture<Boolean> whenNone() {
    boolean already;
    synchronized (this) {
      draining = true;
      already = count == 0;
    }
    if (already) {
      none.complete(true);
    }
    return none;
  }
}
