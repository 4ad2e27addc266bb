package dev.millrace.server.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock of nanoseconds that stands still until somebody moves it. Starts near its overflow. */
public final class PuppetNanos implements LongSupplier {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);

  @Override
  public long getAsLong() {
    return now.get();
  }

  /** Moves on. */
  public void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
