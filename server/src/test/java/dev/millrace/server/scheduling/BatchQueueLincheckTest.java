package dev.millrace.server.scheduling;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The batch queue under every interleaving of a few steps, compared with itself when one step
 * follows another; and workers that must all come to an end.
 */
@Param(name = "name", gen = IntGen.class, conf = "1:9")
@Param(name = "pieces", gen = IntGen.class, conf = "1:3")
public class BatchQueueLincheckTest {
  // Made up of single steps for the checker's sake; each is called under the queue's lock.
  private static final String[] UNDER_THE_LOCK = {
    LaneQueue.class.getName(),
    CallerTurns.class.getName(),
    CallerShares.class.getName(),
    LaneOrder.class.getName(),
    Backlog.class.getName(),
    Admission.class.getName(),
    BatchFill.class.getName(),
    RunTime.class.getName()
  };

  private final BatchQueue<FakeWork> queue = queue(2);
  private final Lane lane = lane(new BatchRule(2, Duration.ZERO, false));

  /** The pieces of a request go in together; odd names are of one caller, even ones of another. */
  @Operation
  public String submit(@Param(name = "name") int name, @Param(name = "pieces") int pieces) {
    List<FakeWork> request = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      request.add(
          new FakeWork(
              name + "." + i,
              lane,
              1,
              Priority.NORMAL,
              Deadline.NONE,
              new Caller(name % 2 == 0 ? "even" : "odd")));
    }
    try {
      queue.submit(request);
      return "in";
    } catch (ServingException refused) {
      return refused.reason().name();
    }
  }

  /** What a run takes comes out once, in turn, and never more than its largest size. */
  @Operation
  public String run() {
    Batch<FakeWork> batch = queue.poll();
    if (batch == null) {
      return "nothing";
    }
    String names = QueueRig.names(batch).toString();
    queue.done(batch);
    return names;
  }

  @Operation
  public int length() {
    return queue.length();
  }

  @Operation
  public void close() {
    queue.close();
  }

  @Test
  void everyInterleaving_isAsOneAfterTheOther() {
    new ModelCheckingOptions()
        .iterations(3)
        .invocationsPerIteration(40)
        .threads(3)
        .actorsBefore(1)
        .actorsPerThread(2)
        .actorsAfter(2)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(UNDER_THE_LOCK).allMethods().treatAsAtomic())
        .check(BatchQueueLincheckTest.class);
  }

  @Test
  void realThreads_areAsOneAfterTheOther() {
    new StressOptions()
        .iterations(5)
        .invocationsPerIteration(500)
        .threads(3)
        .actorsPerThread(3)
        .actorsAfter(2)
        .check(BatchQueueLincheckTest.class);
  }

  @Test
  void take_severalWorkersAndAClose_allWorkComesOutOnceAndAllWorkersEnd() {
    Lane lane = lane(new BatchRule(2, Duration.ZERO, false));
    Lincheck.runConcurrentTest(25, () -> drain(2, lane));
  }

  @Test
  void take_exclusiveLaneAndAClose_allWorkersEnd() {
    Lane lane = lane(new BatchRule(1, Duration.ZERO, true));
    Lincheck.runConcurrentTest(15, () -> drain(3, lane));
  }

  private static void drain(int workers, Lane lane) {
    BatchQueue<FakeWork> queue = queue(workers);
    List<String> ran = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      threads.add(new Thread(() -> work(queue, ran)));
    }
    for (Thread thread : threads) {
      thread.start();
    }
    queue.submit(List.of(FakeWork.of("1", lane), FakeWork.of("2", lane)));
    queue.close();
    for (Thread thread : threads) {
      join(thread);
    }
    if (ran.size() != 2 || ran.get(0).equals(ran.get(1)) || queue.bytes() != 0) {
      throw new IllegalStateException("work is lost, comes out twice, or is still counted");
    }
  }

  private static void work(BatchQueue<FakeWork> queue, List<String> ran) {
    for (Batch<FakeWork> batch = queue.take(); batch != null; batch = queue.take()) {
      synchronized (ran) {
        for (Batch.Waiting<FakeWork> one : batch.work()) {
          ran.add(one.work().toString());
        }
      }
      queue.done(batch);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Time stands still, so that a step's outcome depends on the steps before it alone. */
  private static BatchQueue<FakeWork> queue(int workers) {
    return new BatchQueue<>(workers, 1 << 20, QueueObserver.NONE, () -> Instant.EPOCH, () -> 0L);
  }

  private static Lane lane(BatchRule rule) {
    return QueueRig.lane("a", rule, List.of());
  }
}
