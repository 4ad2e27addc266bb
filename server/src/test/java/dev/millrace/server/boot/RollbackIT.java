package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RollbackRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rollback while 200 callers a second name the model alone. */
@Timeout(120)
final class RollbackIT {
  private static final int CALLS = 1600;
  private static final int EVERY_MICROS = 5000;
  private static final long EFFECT_NANOS = 100_000_000;

  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  /** An answer and when its call was sent. */
  private record Answer(long sent, String version) {}

  @Test
  void rollback_underLoad_noCallFailsAndTheEffectIsAtOnce(@TempDir Path folder) throws Exception {
    LifeRig.settings(folder, "m", "versions: {policy: all}\nrollout: {automatic: false}\n");
    SmallModels.doubling(folder.resolve("models/m/1"));
    SmallModels.doubling(folder.resolve("models/m/2"));
    try (LifeRig rig = LifeRig.start(folder, Map.of())) {
      rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
      for (int version = 1; version <= 2; version++) {
        rig.models()
            .promote(PromoteRequest.newBuilder().setName("models/m/versions/" + version).build());
      }
      ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
      long asked;
      long done;
      try {
        sender.scheduleAtFixedRate(() -> send(rig), 0, EVERY_MICROS, TimeUnit.MICROSECONDS);
        LifeRig.await(() -> answers.size() >= CALLS / 2, () -> answers.size() + " answers");
        asked = System.nanoTime();
        rig.models()
            .rollback(RollbackRequest.newBuilder().setModel("m").setReason("a test").build());
        done = System.nanoTime();
        int before = answers.size();
        LifeRig.await(
            () -> answers.size() >= before + CALLS / 2, () -> answers.size() + " answers");
      } finally {
        sender.shutdownNow();
      }
      LifeRig.await(() -> ended.get() == sent.get(), () -> ended + " of " + sent + " ended");
      check(asked, done);
      assertThat(rig.server.openTensors()).isZero();
    }
  }

  private void check(long asked, long done) {
    assertThat(failures).isEmpty();
    List<Answer> all = List.copyOf(answers);
    assertThat(all).hasSizeGreaterThanOrEqualTo(CALLS);
    assertThat(all)
        .extracting(Answer::version)
        .containsOnly("models/m/versions/1", "models/m/versions/2");
    assertThat(all)
        .filteredOn(answer -> answer.sent() - asked < -EFFECT_NANOS)
        .extracting(Answer::version)
        .containsOnly("models/m/versions/2");
    long effect =
        all.stream()
            .filter(answer -> answer.version().endsWith("/2"))
            .mapToLong(answer -> answer.sent() - asked)
            .max()
            .orElseThrow();
    System.out.printf(
        "%d calls; rollback answered after %.1f ms; last call that the version left answered was"
            + " sent %.1f ms after the rollback was asked for%n",
        all.size(), (done - asked) / 1e6, effect / 1e6);
    assertThat(effect).isLessThan(EFFECT_NANOS);
  }

  private void send(LifeRig rig) {
    long start = System.nanoTime();
    sent.incrementAndGet();
    Futures.addCallback(
        InferenceServiceGrpc.newFutureStub(rig.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .predict(LifeRig.question("m")),
        new FutureCallback<PredictResponse>() {
          @Override
          public void onSuccess(PredictResponse response) {
            answers.add(new Answer(start, response.getModel()));
            ended.incrementAndGet();
          }

          @Override
          public void onFailure(Throwable failure) {
            failures.add(failure);
            ended.incrementAndGet();
          }
        },
        MoreExecutors.directExecutor());
  }
}
