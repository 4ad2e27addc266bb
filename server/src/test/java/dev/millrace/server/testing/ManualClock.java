package dev.millrace.server.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves when told to. Thread-safe. */
public final class ManualClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-11-24T10:15:30Z");

  @Override
  public Instant instant() {
    return now;
  }

  /** Moves on. */
  public synchronized void advance(Duration step) {
    now = now.plus(step);
  }
}
