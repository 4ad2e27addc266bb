package dev.millrace.server.testing;

import java.util.concurrent.locks.LockSupport;

/**
 * The break between two looks at what a test waits for. Without it the looking takes the cores that
 * the server needs, and training, which is nice to all others, stands still.
 */
public final class Pause {
  private static final long NANOS = 5_000_000;

  private Pause() {}

  /** Five milliseconds. */
  public static void brief() {
    LockSupport.parkNanos(NANOS);
  }
}
