package dev.millrace.server.catalog;

import java.util.function.LongSupplier;

/**
 * Where the time of one run goes; all zero when the servable does not tell. Confined to a thread.
 */
public final class RunPhases {
  private final LongSupplier nanoTime;
  private final long start;
  private long given;
  private long ended;
  private long taken;

  /** Begins with the run. */
  public RunPhases(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.given = start;
    this.ended = start;
    this.taken = start;
  }

  /** The inputs are with TensorFlow. */
  public void inputsGiven() {
    given = nanoTime.getAsLong();
  }

  /** TensorFlow has ended. */
  public void runEnded() {
    ended = nanoTime.getAsLong();
  }

  /** The outputs are on the Java heap. */
  public void outputsTaken() {
    taken = nanoTime.getAsLong();
  }

  /** Time to bring the inputs to TensorFlow. */
  public long inputNanos() {
    return given - start;
  }

  /** Time to bring the outputs back. */
  public long outputNanos() {
    return Math.max(0, taken - ended);
  }
}
