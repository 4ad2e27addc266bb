package dev.millrace.server.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CachedPredictorTest {
  private final CacheRig rig = new CacheRig();

  @AfterEach
  void nothingIsLeftBehind() {
    rig.close();
  }

  @Test
  void predict_settingsSilent_everyRequestRuns() {
    rig.serve(CacheSettings.OFF, 1);
    ask(1);
    ask(1);
    assertThat(rig.runs).hasSize(2);
    assertThat(rig.outcomes).isEmpty();
  }

  @Test
  void predict_equalRequestLater_isGivenTheKeptAnswer() {
    rig.serve(CacheRig.ON, 1);
    InferenceResponse first = ask(1);
    CompletableFuture<InferenceResponse> second = rig.ask(1);
    assertThat(rig.runs).hasSize(1);
    assertThat(CacheRig.value(second)).isEqualTo(1);
    assertThat(second.join().version()).isEqualTo(first.version());
    assertThat(second.join().signature()).isEqualTo(first.signature());
    assertThat(rig.count(CacheOutcome.HIT)).isEqualTo(1);
    assertThat(rig.count(CacheOutcome.MISS)).isEqualTo(1);
    assertThat(rig.savedNanos).isEqualTo(CacheRig.COST);
    assertThat(rig.bytes).isPositive();
  }

  @Test
  void predict_answersWithoutARun_areSavingsOfTheirCallers() {
    rig.serve(new CacheSettings(1 << 20, Duration.ofMinutes(5), true), 1);
    rig.ask(1, "alice");
    CompletableFuture<InferenceResponse> joined = rig.ask(1, "bob");
    CompletableFuture<InferenceResponse> alsoJoined = rig.ask(1, "carol");
    rig.last().succeed();
    rig.executor.runAll();
    assertThat(joined).isCompleted();
    assertThat(alsoJoined).isCompleted();
    assertThat(rig.ask(1, "bob")).isCompleted();
    assertThat(rig.savedNanos).isEqualTo(3 * CacheRig.COST);
    assertThat(rig.savedFor).isEqualTo(Map.of("bob", 2 * CacheRig.COST, "carol", CacheRig.COST));
  }

  @Test
  void predict_otherValue_runs() {
    rig.serve(CacheRig.ON, 1);
    ask(0f);
    ask(-0f);
    assertThat(rig.runs).hasSize(2);
  }

  @Test
  void predict_memoryOfTheRequestUsedAnew_keptAnswerStaysTheSame() {
    rig.serve(CacheRig.ON, 1);
    ByteBuffer wire = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    wire.putFloat(0, 7).putFloat(4, 7);
    rig.ask(
        TensorData.ofBytes(DataType.FLOAT32, Shape.of(1, 2), wire),
        "alice",
        Deadline.NONE,
        () -> false,
        Priority.NORMAL);
    rig.last().succeed();
    wire.putFloat(0, 8).putFloat(4, 8);
    assertThat(CacheRig.value(rig.ask(7))).isEqualTo(7);
    assertThat(rig.ask(8)).isNotDone();
    rig.last().succeed();
  }

  @Test
  void predict_otherCaller_runs() {
    rig.serve(CacheRig.ON, 1);
    ask(1);
    assertThat(rig.ask(1, "bob")).isNotDone();
    rig.last().succeed();
    assertThat(rig.count(CacheOutcome.MISS)).isEqualTo(2);
  }

  @Test
  void predict_otherCallerWhileTheFirstRuns_runs() {
    rig.serve(CacheRig.ON, 1);
    rig.ask(1);
    rig.ask(1, "bob");
    assertThat(rig.runs).hasSize(2);
    rig.runs.forEach(CacheRig.Run::succeed);
  }

  @Test
  void predict_acrossCallersAllowed_otherCallerIsGivenTheKeptAnswer() {
    rig.serve(new CacheSettings(1 << 20, Duration.ofMinutes(5), true), 1);
    ask(1);
    assertThat(CacheRig.value(rig.ask(1, "bob"))).isEqualTo(1);
    assertThat(CacheRig.value(rig.ask(1, ""))).isEqualTo(1);
  }

  @Test
  void predict_unknownCaller_goesPast() {
    rig.serve(CacheRig.ON, 1);
    for (int i = 0; i < 2; i++) {
      rig.ask(1, "");
      rig.last().succeed();
    }
    assertThat(rig.runs).hasSize(2);
    assertThat(rig.count(CacheOutcome.ANONYMOUS)).isEqualTo(2);
    assertThat(rig.bytes).isZero();
  }

  @Test
  void predict_newVersion_runsAndTheOldAnswersGo() {
    rig.serve(CacheRig.ON, 1);
    ask(1);
    rig.serve(CacheRig.ON, 2);
    rig.executor.runAll();
    assertThat(rig.bytes).isZero();
    assertThat(ask(1).version().number()).isEqualTo(2);
    assertThat(rig.runs).hasSize(2);
  }

  @Test
  void predict_timeToLivePassed_runsAgain() {
    rig.serve(CacheRig.ON, 1);
    ask(1);
    rig.clock.advance(Duration.ofMinutes(5).minusNanos(1));
    assertThat(rig.ask(1)).isDone();
    rig.clock.advance(Duration.ofNanos(1));
    assertThat(rig.ask(1)).isNotDone();
    rig.last().succeed();
  }

  @Test
  void predict_manyDifferentRequests_keepsToTheBound() {
    rig.serve(new CacheSettings(20_000, Duration.ofMinutes(5), false), 1);
    long most = 0;
    for (int i = 0; i < 500; i++) {
      ask(i);
      most = Math.max(most, rig.bytes);
    }
    assertThat(most).isBetween(15_000L, 20_000L);
  }

  @Test
  void predict_inputsLargerThanTheCache_goPast() {
    rig.serve(new CacheSettings(1000, Duration.ofMinutes(5), false), 1);
    rig.ask(CacheRig.tensor(1, 200), "alice", Deadline.NONE, () -> false, Priority.NORMAL);
    rig.last().succeed();
    assertThat(rig.count(CacheOutcome.OVERSIZED)).isEqualTo(1);
    ask(1);
    assertThat(rig.bytes).as("an answer that does not fit with its key").isZero();
  }

  @Test
  void predict_errors_areNeverKept() {
    rig.serve(CacheRig.ON, 1);
    for (ErrorReason reason : ErrorReason.values()) {
      CompletableFuture<InferenceResponse> failed = rig.ask(1);
      rig.last().fail(reason);
      assertThat(failed).isCompletedExceptionally();
    }
    assertThat(rig.runs).hasSize(ErrorReason.values().length);
    assertThat(ask(1)).isNotNull();
  }

  @Test
  void predict_nothingRepeats_isNotHashedAnyMore() {
    rig.serve(CacheRig.ON, 1);
    for (int i = 0; i < CacheWorth.TRIAL; i++) {
      ask(i);
    }
    ask(0);
    assertThat(rig.count(CacheOutcome.MISS)).isEqualTo(CacheWorth.TRIAL);
    assertThat(rig.count(CacheOutcome.UNPROFITABLE)).isEqualTo(1);
  }

  private InferenceResponse ask(float value) {
    CompletableFuture<InferenceResponse> answer = rig.ask(value);
    if (!answer.isDone()) {
      rig.last().succeed();
    }
    return answer.join();
  }
}
