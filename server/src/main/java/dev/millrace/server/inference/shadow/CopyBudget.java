package dev.millrace.server.inference.shadow;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the copies that are under way, by number and by bytes. Thread-safe. */
public final class CopyBudget {
  private final long mostCopies;
  private final long mostBytes;
  private final AtomicLong copies = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** A budget of so many copies, and so many bytes of inputs and answers, at a time. */
  public CopyBudget(long mostCopies, long mostBytes) {
    this.mostCopies = mostCopies;
    this.mostBytes = mostBytes;
  }

  boolean tryTake(long size) {
    boolean fits = copies.incrementAndGet() <= mostCopies;
    fits &= bytes.addAndGet(size) <= mostBytes;
    if (!fits) {
      giveBack(size);
    }
    return fits;
  }

  void giveBack(long size) {
    copies.decrementAndGet();
    bytes.addAndGet(-size);
  }

  /** Copies that are under way. */
  public long copies() {
    return copies.get();
  }
}
