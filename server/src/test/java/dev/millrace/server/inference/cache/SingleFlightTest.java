package dev.millrace.server.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SingleFlightTest {
  private final CacheRig rig = new CacheRig();

  @BeforeEach
  void serve() {
    rig.serve(CacheRig.ON, 1);
  }

  @AfterEach
  void nothingIsLeftBehind() {
    rig.close();
  }

  @Test
  void predict_fiftyEqualRequests_runOnce() {
    List<CompletableFuture<InferenceResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(rig.ask(3));
    }
    assertThat(rig.runs).hasSize(1);
    rig.last().succeed();
    rig.executor.runAll();
    assertThat(answers).allMatch(answer -> CacheRig.value(answer) == 3);
    assertThat(rig.count(CacheOutcome.MISS)).isEqualTo(1);
    assertThat(rig.count(CacheOutcome.JOINED)).isEqualTo(49);
    assertThat(rig.savedNanos).isEqualTo(49 * CacheRig.COST);
  }

  @Test
  void predict_leaderGoesAway_runGoesOnForTheOthers() {
    AtomicBoolean gone = new AtomicBoolean();
    rig.ask(1, "alice", Deadline.NONE, gone::get, Priority.NORMAL);
    CompletableFuture<InferenceResponse> other = rig.ask(1);
    gone.set(true);
    assertThat(rig.last().isCancelled()).isFalse();
    rig.last().succeed();
    rig.executor.runAll();
    assertThat(CacheRig.value(other)).isEqualTo(1);
    assertThat(rig.runs).hasSize(1);
  }

  @Test
  void predict_allGoAway_runIsCancelled() {
    AtomicBoolean gone = new AtomicBoolean();
    rig.ask(1, "alice", Deadline.NONE, gone::get, Priority.NORMAL);
    rig.ask(1, "alice", Deadline.NONE, gone::get, Priority.NORMAL);
    gone.set(true);
    assertThat(rig.last().isCancelled()).isTrue();
    rig.last().fail(ErrorReason.CALLER_CANCELLED);
    rig.executor.runNext();
    assertThat(rig.last().isCancelled()).isTrue();
    rig.last().fail(ErrorReason.CALLER_CANCELLED);
  }

  @Test
  void predict_leaderGivenUpForItsOwnReason_nextOneLeads() {
    for (ErrorReason own :
        List.of(
            ErrorReason.CALLER_CANCELLED, ErrorReason.DEADLINE_EXPIRED, ErrorReason.OVERLOADED)) {
      float value = own.ordinal();
      CompletableFuture<InferenceResponse> leader = rig.ask(value);
      CompletableFuture<InferenceResponse> second = rig.ask(value);
      CompletableFuture<InferenceResponse> third = rig.ask(value);
      int before = rig.runs.size();
      rig.last().fail(own);
      assertThat(reason(leader)).isEqualTo(own);
      rig.executor.runAll();
      assertThat(rig.runs).hasSize(before + 1);
      CompletableFuture<InferenceResponse> late = rig.ask(value);
      assertThat(rig.runs).as("who comes now joins").hasSize(before + 1);
      rig.last().succeed();
      rig.executor.runAll();
      assertThat(List.of(second, third, late)).allMatch(one -> CacheRig.value(one) == value);
    }
  }

  @Test
  void predict_manyLeadersRefusedAtOnce_eachHearsItsOwn() {
    List<CompletableFuture<InferenceResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(rig.ask(1));
    }
    for (int i = 0; i < 50; i++) {
      rig.last().fail(ErrorReason.OVERLOADED);
      rig.executor.runAll();
    }
    assertThat(rig.runs).hasSize(50);
    assertThat(answers).allMatch(answer -> reason(answer) == ErrorReason.OVERLOADED);
  }

  @Test
  void predict_runFails_allHearIt() {
    CompletableFuture<InferenceResponse> leader = rig.ask(1);
    CompletableFuture<InferenceResponse> other = rig.ask(1);
    rig.last().fail(ErrorReason.VALUE_REJECTED);
    rig.executor.runAll();
    assertThat(reason(leader)).isEqualTo(ErrorReason.VALUE_REJECTED);
    assertThat(reason(other)).isEqualTo(ErrorReason.VALUE_REJECTED);
    assertThat(rig.runs).hasSize(1);
  }

  @Test
  void predict_waitersDeadlinePasses_itAloneFails() {
    CompletableFuture<InferenceResponse> leader = rig.ask(1);
    CompletableFuture<InferenceResponse> hurried =
        rig.ask(1, "alice", rig.in(Duration.ofSeconds(1)), () -> false, Priority.NORMAL);
    rig.ringAlarms();
    assertThat(hurried).as("an alarm that rings early is set again").isNotDone();
    rig.clock.advance(Duration.ofSeconds(1));
    rig.ringAlarms();
    assertThat(reason(hurried)).isEqualTo(ErrorReason.DEADLINE_EXPIRED);
    assertThat(leader).isNotDone();
    rig.last().succeed();
    assertThat(CacheRig.value(leader)).isEqualTo(1);
  }

  @Test
  void predict_waiterLeadsAndItsAlarmRings_itsRunDecides() {
    rig.ask(1);
    CompletableFuture<InferenceResponse> waiter =
        rig.ask(1, "alice", rig.in(Duration.ofSeconds(1)), () -> false, Priority.NORMAL);
    rig.last().fail(ErrorReason.CALLER_CANCELLED);
    rig.executor.runAll();
    rig.clock.advance(Duration.ofSeconds(2));
    rig.ringAlarms();
    assertThat(waiter).as("its lease holds while it runs").isNotDone();
    rig.last().succeed();
    assertThat(CacheRig.value(waiter)).isEqualTo(1);
  }

  @Test
  void predict_moreUrgent_doesNotWaitForTheLessUrgent() {
    rig.ask(1, "alice", Deadline.NONE, () -> false, Priority.LOW);
    rig.ask(1, "alice", Deadline.NONE, () -> false, Priority.HIGH);
    rig.ask(1, "alice", Deadline.NONE, () -> false, Priority.NORMAL);
    assertThat(rig.runs).hasSize(2);
    rig.runs.forEach(CacheRig.Run::succeed);
  }

  @Test
  void predict_moreWaitThanMay_runsByItself() {
    for (int i = 0; i < 200; i++) {
      rig.ask(1);
    }
    assertThat(rig.runs.size()).isBetween(2, 150);
    rig.runs.forEach(CacheRig.Run::succeed);
    int before = rig.runs.size();
    rig.executor.runAll();
    rig.ask(2);
    rig.ask(2);
    assertThat(rig.runs).as("who was answered waits no more").hasSize(before + 1);
    rig.last().succeed();
  }

  @Test
  void predict_delegateThrows_failsAndIsForgotten() {
    rig.defect = new IllegalStateException("a defect");
    assertThat(rig.ask(1)).isCompletedExceptionally();
    rig.defect = null;
    CompletableFuture<InferenceResponse> answer = rig.ask(1);
    rig.last().succeed();
    assertThat(CacheRig.value(answer)).isEqualTo(1);
  }

  private static ErrorReason reason(CompletableFuture<InferenceResponse> failed) {
    try {
      failed.join();
      throw new AssertionError("it did not fail");
    } catch (CompletionException failure) {
      return ((ServingException) failure.getCause()).reason();
    }
  }
}
