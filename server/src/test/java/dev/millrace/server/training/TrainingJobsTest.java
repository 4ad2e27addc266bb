package dev.millrace.server.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingEvent.Evaluated;
import dev.millrace.server.training.TrainingEvent.Progressed;
import dev.millrace.server.training.TrainingEvent.Published;
import dev.millrace.server.training.TrainingEvent.StateChanged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TrainingJobsTest {
  private final TrainingRig rig = new TrainingRig();
  private final TrainingJobs jobs = rig.open();

  @Test
  void job_thatGoesWell_passesAllStatesAndPublishes() {
    TrainingJob created = rig.create(jobs);
    rig.clock().advance(Duration.ofSeconds(5));
    rig.trainer().run(0).progress(100);
    rig.trainer().run(0).succeed();

    TrainingJob done = jobs.get(created.record().id());
    assertThat(done.state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(done.published()).contains(new VersionId(new ModelName("mnist"), 1));
    assertThat(done.metrics()).containsEntry("test_accuracy", 0.99);
    assertThat(done.progress()).map(TrainingProgress::step).contains(100L);
    assertThat(done.startTime()).contains(created.record().createTime());
    assertThat(done.endTime()).contains(rig.clock().instant());
    assertThat(jobs.eventsAfter(done.record().id(), 0))
        .extracting(event -> event.what().getClass().getSimpleName())
        .containsExactly(
            "StateChanged",
            "StateChanged",
            "Progressed",
            "Evaluated",
            "StateChanged",
            "Published",
            "StateChanged");
    assertThat(rig.journal().events(done.record().id()))
        .isEqualTo(jobs.eventsAfter(done.record().id(), 0));
    assertThat(rig.journal().cleared()).containsExactly(done.record().id());
  }

  @Test
  void events_ofAJob_areNumberedFromOneWithoutGaps() {
    String id = rig.create(jobs).record().id();
    for (long step = 1; step <= 20; step++) {
      rig.trainer().run(0).progress(step);
    }
    rig.trainer().run(0).succeed();

    assertThat(jobs.eventsAfter(id, 0))
        .extracting(TrainingEvent::sequence)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 26).boxed().toList());
    assertThat(jobs.eventsAfter(id, 24))
        .extracting(TrainingEvent::sequence)
        .containsExactly(25L, 26L);
    assertThat(jobs.eventsAfter(id, 26)).isEmpty();
    assertThat(refusal(() -> jobs.eventsAfter(id, 27)).reason())
        .isEqualTo(ErrorReason.SEQUENCE_OUT_OF_RANGE);
    assertThat(refusal(() -> jobs.eventsAfter(id, -1)).reason())
        .isEqualTo(ErrorReason.SEQUENCE_OUT_OF_RANGE);
  }

  @Test
  void create_withNothingGiven_fillsInTheRecipesDefaults() {
    TrainingSpec spec = rig.create(jobs).record().spec();

    assertThat(spec.model()).isEqualTo(new ModelName("mnist"));
    assertThat(spec.recipe()).isEqualTo("mnist-cnn");
    assertThat(spec.dataset()).isEqualTo("mnist");
    assertThat(spec.seed()).isEqualTo(42);
    assertThat(spec.parameters()).containsOnly(Map.entry("steps", "1000"));
  }

  @Test
  void create_withBadOrders_isRefusedWithTheReason() {
    assertThat(refusal(() -> jobs.create(TrainingOrder.ofRecipe("none"), "")).reason())
        .isEqualTo(ErrorReason.RECIPE_NOT_FOUND);
    assertThat(refusal(() -> jobs.create(order(Map.of(), "none"), "")).reason())
        .isEqualTo(ErrorReason.DATASET_NOT_FOUND);
    ServingException parameters =
        refusal(() -> jobs.create(order(Map.of("steps", "0", "stops", "1"), ""), ""));
    assertThat(parameters.reason()).isEqualTo(ErrorReason.PARAMETER_INVALID);
    assertThat(parameters.violations()).hasSize(2);
    assertThat(refusal(() -> jobs.create(order(Map.of(), ""), "x".repeat(129))).reason())
        .isEqualTo(ErrorReason.NAME_INVALID);
    assertThat(jobs.list()).isEmpty();
    assertThat(rig.journal().load()).isEmpty();
  }

  @Test
  void create_withTheSameRequestId_getsTheSameJob() {
    String requestId = "r".repeat(128);
    TrainingJob first = jobs.create(order(Map.of(), ""), requestId);

    assertThat(jobs.create(order(Map.of("steps", "7"), ""), requestId).record())
        .isEqualTo(first.record());
    assertThat(rig.create(jobs).record()).isNotEqualTo(first.record());
    assertThat(jobs.list()).hasSize(2);
  }

  @Test
  void create_whenTheJournalIsFull_failsAndLeavesNoJob() {
    rig.journal().setFull(true);

    assertThat(catchThrowableOfType(RuntimeException.class, () -> rig.create(jobs))).isNotNull();
    assertThat(jobs.list()).isEmpty();
    assertThat(rig.trainer().started()).isZero();
  }

  @Test
  void job_whileTheJournalIsFull_goesOnAndIsJournalledLater() {
    String id = rig.create(jobs).record().id();
    rig.journal().setFull(true);
    rig.trainer().run(0).progress(1);
    rig.trainer().run(0).progress(2);
    assertThat(rig.journal().events(id)).hasSize(2);
    assertThat(jobs.eventsAfter(id, 0)).hasSize(4);

    rig.journal().setFull(false);
    rig.trainer().run(0).progress(3);

    assertThat(rig.journal().events(id)).isEqualTo(jobs.eventsAfter(id, 0)).hasSize(5);
  }

  @Test
  void job_thatEndsWhileTheJournalIsFull_stillShowsAllItsEvents() {
    String id = rig.create(jobs).record().id();
    rig.journal().setFull(true);
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(jobs.eventsAfter(id, 0)).hasSize(6);
    assertThat(rig.journal().events(id)).hasSize(2);
  }

  @Test
  void jobs_moreThanMayRun_waitAndRunInOrder() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(rig.create(jobs).record().id());
    }
    assertThat(rig.trainer().started()).isEqualTo(1);
    assertThat(jobs.list())
        .extracting(job -> job.record().id())
        .containsExactly(ids.get(2), ids.get(1), ids.get(0));

    rig.trainer().run(0).succeed();
    assertThat(rig.trainer().started()).isEqualTo(2);
    rig.trainer().run(1).fail(ErrorReason.TRAINING_FAILED, "diverged");
    assertThat(rig.trainer().started()).isEqualTo(3);

    assertThat(List.of(0, 1, 2))
        .allSatisfy(i -> assertThat(rig.trainer().run(i).job().id()).isEqualTo(ids.get(i)));
  }

  @Test
  void create_whenTheQueueIsFull_isOverloadedAndSaysWhenToRetry() {
    TrainingRig small = new TrainingRig(2, 1, Runnable::run);
    TrainingJobs few = small.open();
    for (int i = 0; i < 3; i++) {
      small.create(few);
    }
    assertThat(small.trainer().started()).isEqualTo(2);

    ServingException refused = refusal(() -> small.create(few));
    assertThat(refused.reason()).isEqualTo(ErrorReason.OVERLOADED);
    assertThat(refused.retryAfter()).contains(Duration.ofSeconds(30));

    small.trainer().run(1).succeed();
    assertThat(small.create(few).state()).isEqualTo(TrainingJobState.QUEUED);
  }

  @Test
  void create_whenNoneMayWait_stillRunsOnAnIdleServer() {
    TrainingRig small = new TrainingRig(1, 0, Runnable::run);
    TrainingJobs few = small.open();

    assertThat(small.create(few).state()).isEqualTo(TrainingJobState.RUNNING);
    assertThat(refusal(() -> small.create(few)).reason()).isEqualTo(ErrorReason.OVERLOADED);
  }

  @Test
  void job_whoseRunFails_isFailedWithTheReasonAndCleared() {
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).fail(ErrorReason.TRAINING_FAILED, "the loss is NaN");

    TrainingJob failed = jobs.get(id);
    assertThat(failed.state()).isEqualTo(TrainingJobState.FAILED);
    assertThat(failed.reason()).contains(ErrorReason.TRAINING_FAILED);
    assertThat(failed.message()).isEqualTo("the loss is NaN");
    assertThat(rig.queue().due(id)).isEmpty();
    assertThat(failed.published()).isEmpty();
    assertThat(rig.journal().cleared()).contains(id);
  }

  @Test
  void job_thatCannotBeStarted_isTriedAgainAndDoesNotHoldUpTheNextOne() {
    rig.trainer().breakDown();
    String id = rig.create(jobs).record().id();
    String next = rig.create(jobs).record().id();

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(jobs.get(next).reason()).contains(ErrorReason.WORKER_DIED);
    for (int i = 0; i < 2; i++) {
      rig.clock().advance(Duration.ofMinutes(1));
      rig.queue().giveOut();
    }
    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.FAILED);
    assertThat(jobs.get(next).state()).isEqualTo(TrainingJobState.FAILED);
    assertThat(jobs.get(id).message()).contains("could not be started", "try 3 of 3");
  }

  @Test
  void jobs_ofHigherPriority_runFirstAndEqualOnesInOrder() {
    rig.create(jobs);
    List<String> expected = new ArrayList<>();
    for (int priority : List.of(-5, 0, 7, 0, 7)) {
      expected.add(
          jobs.create(
                  new TrainingOrder(
                      Optional.empty(), "", Map.of(), OptionalLong.empty(), "", priority),
                  "")
              .record()
              .id());
    }
    for (int i = 0; i < 6; i++) {
      rig.trainer().run(i).succeed();
    }

    assertThat(List.of(2, 4, 1, 3, 0))
        .extracting(expected::get)
        .containsExactlyElementsOf(
            List.of(1, 2, 3, 4, 5).stream().map(i -> rig.trainer().run(i).job().id()).toList());
  }

  @Test
  void create_withAPriorityOutOfRange_isRefused() {
    for (int priority : List.of(-101, 101)) {
      ServingException refused =
          refusal(
              () ->
                  jobs.create(
                      new TrainingOrder(
                          Optional.empty(), "", Map.of(), OptionalLong.empty(), "", priority),
                      ""));
      assertThat(refused.reason()).isEqualTo(ErrorReason.PARAMETER_INVALID);
      assertThat(refused.violations().get(0).field()).isEqualTo("spec.priority");
    }
  }

  @Test
  void create_whenTheQueueTakesNone_failsAndLeavesNoJob() {
    rig.queue().setFull(true);

    assertThat(
            catchThrowableOfType(
                RuntimeException.class, () -> jobs.create(order(Map.of(), ""), "once")))
        .isNotNull();
    assertThat(jobs.list()).isEmpty();
    assertThat(rig.journal().load()).isEmpty();
    rig.queue().setFull(false);
    assertThat(jobs.create(order(Map.of(), ""), "once").state())
        .isEqualTo(TrainingJobState.RUNNING);
  }

  @Test
  void job_whoseModelIsRefused_isFailedWithThePublishersReason() {
    rig.publisher().refuse(new ServingException(ErrorReason.LOAD_FAILED, "no signature"));
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).reason()).contains(ErrorReason.LOAD_FAILED);
    assertThat(jobs.get(id).message()).isEqualTo("no signature");
    assertThat(jobs.get(id).metrics()).containsKey("test_accuracy");
    assertThat(rig.journal().cleared()).contains(id);
  }

  @Test
  void job_whosePublisherBreaks_isFailedWithoutTheExceptionsText() {
    rig.publisher().breakDown();
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).reason()).contains(ErrorReason.TRAINING_FAILED);
    assertThat(jobs.get(id).message()).doesNotContain("/secret");
  }

  @Test
  void run_thatReportsAfterItsEnd_changesNothing() {
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).succeed();
    TrainingJob done = jobs.get(id);

    rig.trainer().run(0).progress(5);
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "late");
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id)).isEqualTo(done);
    assertThat(rig.publisher().published()).hasSize(1);
  }

  @Test
  void payloads_ofEvents_carryWhatHappened() {
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).progress(100);
    rig.trainer().run(0).succeed();

    List<TrainingEvent.What> all =
        jobs.eventsAfter(id, 0).stream().map(TrainingEvent::what).toList();
    assertThat(all.get(0)).isEqualTo(StateChanged.to(TrainingJobState.QUEUED));
    assertThat(all.get(2))
        .isInstanceOfSatisfying(
            Progressed.class, p -> assertThat(p.progress().step()).isEqualTo(100));
    assertThat(all.get(3))
        .isInstanceOfSatisfying(
            Evaluated.class, e -> assertThat(e.metrics()).containsEntry("test_accuracy", 0.99));
    assertThat(all.get(5)).isEqualTo(new Published(new VersionId(new ModelName("mnist"), 1)));
  }

  private static TrainingOrder order(Map<String, String> parameters, String dataset) {
    return new TrainingOrder(Optional.empty(), "", parameters, OptionalLong.empty(), dataset);
  }

  private static ServingException refusal(Runnable call) {
    ServingException refused = catchThrowableOfType(ServingException.class, call::run);
    assertThat(refused).isNotNull();
    return refused;
  }
}
