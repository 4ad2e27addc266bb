package dev.millrace.server.tensorflow.session;

import java.util.concurrent.atomic.LongAdder;

/** Counts native tensors, so that a test or a gauge can tell that none stays open. Thread-safe. */
public final class TensorLedger {
  private final LongAdder open = new LongAdder();

  /** Native tensors that are held now; exact when no run is under way. */
  public long open() {
    return open.sum();
  }

  void opened() {
    open.increment();
  }

  void closed() {
    open.decrement();
  }
}
