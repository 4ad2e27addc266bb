package dev.millrace.server.catalog;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * The gate of a version under every interleaving of a few steps: readers enter only while it is
 * open, and it is idle once, after the last of them.
 */
public class LeaseCountLincheckTest {
  private static final int THREADS = 3;

  private final AtomicIntegerArray held = new AtomicIntegerArray(THREADS + 2);
  private final AtomicInteger idle = new AtomicInteger();
  private volatile boolean shut;
  private final LeaseCount leases =
      new LeaseCount(
          () -> {
            if (readers() != 0 || idle.incrementAndGet() > 1) {
              throw new IllegalStateException("idle among readers, or twice");
            }
          });

  @Operation
  public boolean enter(@Param(gen = ThreadIdGen.class) int thread) {
    boolean in = leases.tryAcquire();
    if (in) {
      held.incrementAndGet(thread);
    }
    return in;
  }

  /** Gives one of the thread's own leases back. */
  @Operation
  public boolean leave(@Param(gen = ThreadIdGen.class) int thread) {
    if (held.get(thread) == 0) {
      return false;
    }
    held.decrementAndGet(thread);
    leases.release();
    return true;
  }

  @Operation
  public void shut() {
    leases.shut();
    shut = true;
  }

  @Validate
  public void idleExactlyWhenShutAndEmpty() {
    int expected = shut && readers() == 0 ? 1 : 0;
    if (idle.get() != expected) {
      throw new IllegalStateException("idle " + idle + " times, expected " + expected);
    }
    if (leases.readers() != readers()) {
      throw new IllegalStateException("the count of readers is off");
    }
  }

  private int readers() {
    int readers = 0;
    for (int i = 0; i < held.length(); i++) {
      readers += held.get(i);
    }
    return readers;
  }

  @Test
  void everyInterleaving_keepsTheGuarantees() {
    new ModelCheckingOptions()
        .iterations(15)
        .invocationsPerIteration(200)
        .threads(THREADS)
        .actorsPerThread(2)
        .sequentialSpecification(Gate.class)
        .check(LeaseCountLincheckTest.class);
  }

  @Test
  void realThreads_keepTheGuarantees() {
    new StressOptions()
        .iterations(10)
        .invocationsPerIteration(1000)
        .threads(THREADS)
        .actorsPerThread(3)
        .sequentialSpecification(Gate.class)
        .check(LeaseCountLincheckTest.class);
  }

  @Test
  void lastReadersLeaveWhileTheGateIsShut_isIdleOnce() {
    Lincheck.runConcurrentTest(500, LeaseCountLincheckTest::twoReadersLeaveWhileShut);
  }

  private static void twoReadersLeaveWhileShut() {
    AtomicInteger idle = new AtomicInteger();
    LeaseCount leases = new LeaseCount(idle::incrementAndGet);
    boolean in = leases.tryAcquire();
    in &= leases.tryAcquire();
    Thread one = new Thread(leases::release);
    Thread other = new Thread(leases::release);
    one.start();
    other.start();
    leases.shut();
    try {
      one.join();
      other.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (!in || idle.get() != 1 || leases.readers() != 0 || leases.tryAcquire()) {
      throw new IllegalStateException("idle " + idle.get() + " times");
    }
  }

  /** What the gate does when one step follows another. */
  public static final class Gate {
    private final int[] held = new int[THREADS + 2];
    private boolean shut;

    public boolean enter(int thread) {
      held[thread] += shut ? 0 : 1;
      return !shut;
    }

    public boolean leave(int thread) {
      boolean one = held[thread] > 0;
      held[thread] -= one ? 1 : 0;
      return one;
    }

    public void shut() {
      shut = true;
    }
  }
}
