package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LeaseCountTest {
  private final AtomicInteger idle = new AtomicInteger();
  private final LeaseCount leases = new LeaseCount(idle::incrementAndGet);

  @Test
  void shut_withoutReaders_isIdleAtOnce() {
    leases.shut();
    assertThat(idle).hasValue(1);
    assertThat(leases.tryAcquire()).isFalse();
  }

  @Test
  void shut_withReaders_isIdleWhenTheLastLeaves() {
    assertThat(leases.tryAcquire()).isTrue();
    assertThat(leases.tryAcquire()).isTrue();
    leases.shut();
    leases.release();
    assertThat(idle).hasValue(0);
    assertThat(leases.readers()).isEqualTo(1);
    leases.release();
    assertThat(idle).hasValue(1);
  }

  @Test
  void shut_twice_isIdleOnce() {
    leases.shut();
    leases.shut();
    assertThat(idle).hasValue(1);
  }

  @Test
  void shut_amongManyReaders_isIdleExactlyOnceAndAfterAllOfThem() throws Exception {
    for (int round = 0; round < 200; round++) {
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger insideWhenIdle = new AtomicInteger(-1);
      AtomicInteger idles = new AtomicInteger();
      LeaseCount contended =
          new LeaseCount(
              () -> {
                insideWhenIdle.set(inside.get());
                idles.incrementAndGet();
              });
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(
            new Thread(
                () -> {
                  await(start);
                  for (int j = 0; j < 50; j++) {
                    if (contended.tryAcquire()) {
                      inside.incrementAndGet();
                      inside.decrementAndGet();
                      contended.release();
                    }
                  }
                }));
      }
      readers.forEach(Thread::start);
      start.countDown();
      contended.shut();
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(idles).hasValue(1);
      assertThat(insideWhenIdle).hasValue(0);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
