package dev.millrace.server.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingEvent.StateChanged;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Cancels, watchers, stops and restarts. */
class TrainingJobsLifeTest {
  private final TrainingRig rig = new TrainingRig();
  private final TrainingJobs jobs = rig.open();

  @Test
  void start_ofAServer_isWhatRunsTheJobs() {
    TrainingRig own = new TrainingRig();
    TrainingJobs prepared = own.prepare();
    own.create(prepared);
    assertThat(own.trainer().started()).isEqualTo(0);

    prepared.start();

    assertThat(own.trainer().started()).isEqualTo(1);
  }

  @Test
  void cancel_ofAWaitingJob_endsItAtOnce() {
    rig.create(jobs);
    TrainingJob waiting = rig.create(jobs);

    assertThat(jobs.cancel(waiting.record().id(), waiting.etag()).state())
        .isEqualTo(TrainingJobState.CANCELLED);
    rig.trainer().run(0).succeed();
    assertThat(rig.trainer().started()).isEqualTo(1);
  }

  @Test
  void cancel_ofARunningJob_endsItAtOnceAndGivesItsPlaceAwayWhenTheProcessIsGone() {
    String id = rig.create(jobs).record().id();
    rig.create(jobs);

    assertThat(jobs.cancel(id, "").state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(rig.trainer().run(0).cancels()).isEqualTo(1);
    assertThat(rig.trainer().started()).isEqualTo(1);
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed (signal 9)");

    TrainingJob cancelled = jobs.get(id);
    assertThat(rig.trainer().started()).isEqualTo(2);
    assertThat(cancelled.state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(cancelled.reason()).isEmpty();
    assertThat(jobs.cancel(id, "stale")).isEqualTo(cancelled);
    assertThat(rig.journal().cleared()).contains(id);
  }

  @Test
  void cancel_thatMeetsTheEndOfARun_wins() {
    String id = rig.create(jobs).record().id();
    jobs.cancel(id, "");
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(rig.publisher().published()).isEmpty();
  }

  @Test
  void cancel_beforeTheProcessIsThere_reachesIt() {
    rig.trainer().meanwhile(() -> jobs.cancel(jobs.list().get(0).record().id(), ""));
    String id = rig.create(jobs).record().id();

    assertThat(rig.trainer().run(0).cancels()).isEqualTo(1);
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed");
    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.CANCELLED);
  }

  @Test
  void cancel_whileTheServerDies_isNotForgotten() {
    String id = rig.create(jobs).record().id();
    jobs.cancel(id, "");
    TrainingJobs again = rig.open();

    assertThat(again.get(id).state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(rig.trainer().started()).isEqualTo(1);
    assertThat(rig.queue().due(id)).isEmpty();
    assertThat(rig.journal().cleared()).contains(id);
  }

  @Test
  void cancel_withAStaleEtag_isRefused() {
    TrainingJob first = rig.create(jobs);
    TrainingJob waiting = rig.create(jobs);
    rig.trainer().run(0).succeed();

    assertThat(reason(() -> jobs.cancel(waiting.record().id(), waiting.etag())))
        .isEqualTo(ErrorReason.ETAG_MISMATCH);
    assertThat(reason(() -> jobs.cancel(first.record().id(), "")))
        .isEqualTo(ErrorReason.JOB_FINISHED);
    assertThat(reason(() -> jobs.cancel("j1", ""))).isEqualTo(ErrorReason.JOB_NOT_FOUND);
  }

  @Test
  void cancel_whilePublishing_comesTooLate() {
    String id = rig.create(jobs).record().id();
    List<ErrorReason> seen = new ArrayList<>();
    rig.publisher().meanwhile(() -> seen.add(reason(() -> jobs.cancel(id, ""))));
    rig.trainer().run(0).succeed();

    assertThat(seen).containsExactly(ErrorReason.JOB_FINISHED);
    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
  }

  @Test
  void watcher_ofAJob_isToldOfEachEventUntilItLeaves() {
    String id = rig.create(jobs).record().id();
    List<Long> seen = new ArrayList<>();
    TrainingJobs.Subscription watch = jobs.onEvent(id, () -> seen.add(jobs.get(id).sequence()));
    rig.trainer().run(0).progress(1);
    rig.trainer().run(0).progress(2);
    watch.close();
    watch.close();
    rig.trainer().run(0).progress(3);

    assertThat(seen).containsExactly(3L, 4L);
    assertThat(jobs.get(id).sequence()).isEqualTo(5);
  }

  @Test
  void watcher_thatThrows_disturbsNeitherTheJobNorOthers() {
    String id = rig.create(jobs).record().id();
    List<Long> seen = new ArrayList<>();
    jobs.onEvent(
        id,
        () -> {
          throw new RejectedExecutionException("full");
        });
    jobs.onEvent(id, () -> seen.add(jobs.get(id).sequence()));
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(seen).hasSize(4);
  }

  @Test
  void close_whileJobsRun_letsThemKeepTheirStateTellsWatchersAndTakesNoMore() {
    String ran = rig.create(jobs).record().id();
    String waits = rig.create(jobs).record().id();
    List<Boolean> told = new ArrayList<>();
    jobs.onEvent(waits, () -> told.add(jobs.isClosed()));
    jobs.close();
    jobs.close();

    assertThat(rig.trainer().run(0).stops()).isEqualTo(1);
    assertThat(rig.trainer().run(0).cancels()).isZero();
    assertThat(told).containsExactly(true);
    assertThat(reason(() -> rig.create(jobs))).isEqualTo(ErrorReason.DRAINING);
    rig.trainer().run(0).endStopped();
    assertThat(jobs.get(ran).state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(jobs.get(ran).reason()).contains(ErrorReason.DRAINING);
    assertThat(jobs.get(ran).attempt()).isEqualTo(1);
    assertThat(jobs.get(waits).state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(rig.trainer().started()).isEqualTo(1);
    assertThat(rig.journal().cleared()).isEmpty();
  }

  @Test
  void close_whoseRunsDoNotStop_breaksThemOffAndCountsNoTry() {
    String id = rig.create(jobs).record().id();
    jobs.close();
    jobs.breakOff();
    assertThat(rig.trainer().run(0).cancels()).isEqualTo(1);
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed (signal 9)");

    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(jobs.get(id).attempt()).isEqualTo(1);
  }

  @Test
  void close_whilePublishing_letsTheVersionBeJournalled() {
    String id = rig.create(jobs).record().id();
    rig.publisher().meanwhile(jobs::close);
    rig.trainer().run(0).succeed();

    assertThat(rig.open().get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
  }

  @Test
  void restart_afterAStop_goesOnWithWhatRanAndThenRunsWhatWaited() {
    String ran = rig.create(jobs).record().id();
    String waits = rig.create(jobs).record().id();
    jobs.close();
    rig.trainer().run(0).endStopped();
    TrainingJobs again = rig.open();

    assertThat(rig.trainer().run(1).job().id()).isEqualTo(ran);
    rig.trainer().run(1).succeed();
    rig.trainer().run(2).succeed();
    assertThat(again.get(ran).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(again.get(waits).state()).isEqualTo(TrainingJobState.SUCCEEDED);
  }

  @Test
  void restart_afterACrash_goesOnWithWhatRanAndKeepsTheRest() {
    TrainingJob done = jobs.create(TrainingOrder.ofRecipe(""), "once");
    rig.trainer().run(0).succeed();
    String ran = rig.create(jobs).record().id();
    rig.trainer().run(1).progress(10);
    String waits = rig.create(jobs).record().id();
    TrainingJobs again = rig.open();

    assertThat(again.get(done.record().id())).isEqualTo(jobs.get(done.record().id()));
    assertThat(again.get(ran).state()).isEqualTo(TrainingJobState.RUNNING);
    assertThat(again.get(ran).attempt()).isEqualTo(2);
    assertThat(again.eventsAfter(ran, 3))
        .extracting(TrainingEvent::what)
        .satisfiesExactly(
            what ->
                assertThat(what)
                    .isInstanceOfSatisfying(
                        StateChanged.class,
                        change -> {
                          assertThat(change.state()).isEqualTo(TrainingJobState.QUEUED);
                          assertThat(change.reason()).contains(ErrorReason.SERVER_RESTARTED);
                          assertThat(change.message()).contains("try 1 of 3");
                        }),
            what -> assertThat(what).isEqualTo(StateChanged.to(TrainingJobState.RUNNING)));
    assertThat(again.get(waits).state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(rig.journal().cleared()).doesNotContain(ran);
    assertThat(again.create(TrainingOrder.ofRecipe(""), "once").record()).isEqualTo(done.record());
    assertThat(again.list()).hasSize(3);
  }

  @Test
  void restart_afterACrashBeforeTheVersionWasThere_trainsOn() {
    String id = rig.create(jobs).record().id();
    List<TrainingJob> seen = new ArrayList<>();
    rig.publisher()
        .meanwhile(
            () -> {
              rig.publisher().meanwhile(() -> {});
              seen.add(rig.open().get(id));
            });
    rig.trainer().run(0).succeed();

    assertThat(seen.get(0).state()).isEqualTo(TrainingJobState.RUNNING);
    assertThat(seen.get(0).attempt()).isEqualTo(2);
    assertThat(rig.trainer().started()).isEqualTo(2);
  }

  @Test
  void restart_betweenTheRecordAndTheFirstEvent_queuesTheJob() {
    JobRecord record = rig.create(jobs).record();
    TrainingRig fresh = new TrainingRig();
    fresh.journal().create(record);

    assertThat(fresh.open().get(record.id()).state()).isEqualTo(TrainingJobState.RUNNING);
    assertThat(fresh.journal().events(record.id())).hasSize(2);
  }

  @Test
  void ids_ofManyJobs_sortByAgeAndAreNames() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.add(rig.create(jobs).record().id());
    }
    assertThat(ids)
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[a-z]([a-z0-9_-]{0,61}[a-z0-9])?"));
    String afterRestart = rig.create(rig.open()).record().id();
    assertThat(afterRestart).isGreaterThan(ids.get(49));
  }

  private static ErrorReason reason(Runnable call) {
    ServingException refused = catchThrowableOfType(ServingException.class, call::run);
    assertThat(refused).isNotNull();
    return refused.reason();
  }
}
