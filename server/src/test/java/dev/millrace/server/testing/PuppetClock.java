package dev.millrace.server.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until the test moves it. */
public final class PuppetClock implements InstantSource {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** Moves on. */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
