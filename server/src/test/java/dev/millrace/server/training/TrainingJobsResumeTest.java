package dev.millrace.server.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingEvent.Checkpointed;
import dev.millrace.server.training.TrainingEvent.Resumed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Deaths, further tries, claims that are lost, and what is kept how long. */
class TrainingJobsResumeTest {
  private final TrainingRig rig = new TrainingRig();
  private final TrainingJobs jobs = rig.open();

  @Test
  void job_whoseProcessDies_waitsAndGoesOnFromItsCheckpoint() {
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).checkpoint(150);
    rig.trainer().run(0).progress(200);
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed (signal 9)");

    TrainingJob waits = jobs.get(id);
    assertThat(waits.state()).isEqualTo(TrainingJobState.QUEUED);
    assertThat(waits.reason()).contains(ErrorReason.WORKER_DIED);
    assertThat(waits.message()).contains("killed (signal 9)", "try 1 of 3");
    assertThat(waits.checkpointStep()).isEqualTo(150);
    assertThat(rig.queue().due(id)).contains(rig.clock().instant().plusSeconds(5));
    assertThat(rig.journal().cleared()).isEmpty();

    rig.queue().giveOut();
    assertThat(rig.trainer().started()).isEqualTo(1);
    rig.clock().advance(Duration.ofSeconds(5));
    rig.queue().giveOut();
    rig.trainer().run(1).resume(150);
    rig.trainer().run(1).progress(200);
    rig.trainer().run(1).succeed();

    TrainingJob done = jobs.get(id);
    assertThat(done.state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(done.reason()).isEmpty();
    assertThat(done.attempt()).isEqualTo(2);
    List<TrainingEvent> events = jobs.eventsAfter(id, 0);
    assertThat(events)
        .extracting(TrainingEvent::what)
        .contains(new Checkpointed(150), new Resumed(150, 2, 3));
    assertThat(events)
        .extracting(TrainingEvent::sequence)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(rig.trainer().run(1).place().token())
        .isGreaterThan(rig.trainer().run(0).place().token());
    assertThat(rig.trainer().run(1).place().checkpoints())
        .isEqualTo(rig.trainer().run(0).place().checkpoints());
  }

  @Test
  void job_whoseProcessDiesEachTime_failsAfterItsTriesWithLongerWaits() {
    String id = rig.create(jobs).record().id();
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      rig.trainer().run(i).fail(ErrorReason.WORKER_DIED, "killed (signal 6)");
      rig.queue().due(id).ifPresent(due -> waits.add(Duration.between(rig.clock().instant(), due)));
      rig.clock().advance(Duration.ofMinutes(1));
      rig.queue().giveOut();
    }

    assertThat(waits).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(10));
    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.FAILED);
    assertThat(jobs.get(id).reason()).contains(ErrorReason.WORKER_DIED);
    assertThat(jobs.get(id).message()).isEqualTo("killed (signal 6) (try 3 of 3)");
    assertThat(rig.trainer().started()).isEqualTo(3);
    assertThat(rig.journal().cleared()).containsExactly(id);
  }

  @Test
  void cancel_whileWaitingForAnotherTry_endsTheJobAtOnce() {
    String id = rig.create(jobs).record().id();
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed (signal 9)");

    assertThat(jobs.cancel(id, "").state()).isEqualTo(TrainingJobState.CANCELLED);
    assertThat(rig.queue().due(id)).isEmpty();
    assertThat(rig.journal().cleared()).contains(id);
    rig.clock().advance(Duration.ofMinutes(1));
    rig.queue().giveOut();
    assertThat(rig.trainer().started()).isEqualTo(1);
  }

  @Test
  void server_thatDiesEachTime_isATryOfTheJob() {
    String id = rig.create(jobs).record().id();
    TrainingJobs last = jobs;
    for (int i = 0; i < 3; i++) {
      last = rig.open();
    }

    assertThat(last.get(id).state()).isEqualTo(TrainingJobState.FAILED);
    assertThat(last.get(id).reason()).contains(ErrorReason.SERVER_RESTARTED);
    assertThat(rig.queue().due(id)).isEmpty();
  }

  @Test
  void server_thatStopsOnPurpose_costsNoTry() {
    String id = rig.create(jobs).record().id();
    TrainingJobs last = jobs;
    for (int i = 0; i < 5; i++) {
      last.close();
      rig.trainer().run(i).endStopped();
      last = rig.open();
    }

    assertThat(last.get(id).state()).isEqualTo(TrainingJobState.RUNNING);
    assertThat(last.get(id).attempt()).isEqualTo(1);
  }

  @Test
  void claim_thatIsGivenAnew_endsTheRunOfTheOldOneUnheard() {
    String id = rig.create(jobs).record().id();
    rig.queue().lose(id);

    assertThat(rig.trainer().started()).isEqualTo(2);
    assertThat(rig.trainer().run(0).cancels()).isEqualTo(1);
    long sequence = jobs.get(id).sequence();
    rig.trainer().run(0).progress(7);
    rig.trainer().run(0).checkpoint(7);
    rig.trainer().run(0).succeed();
    rig.trainer().run(0).fail(ErrorReason.WORKER_DIED, "killed (signal 9)");
    assertThat(jobs.get(id).sequence()).isEqualTo(sequence);
    assertThat(rig.publisher().published()).isEmpty();

    rig.trainer().run(1).succeed();
    assertThat(jobs.get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(rig.publisher().published()).hasSize(1);
  }

  @Test
  void claim_thatAnotherServerHasTaken_journalsAndPublishesNothing() {
    String id = rig.create(jobs).record().id();
    rig.queue().claimElsewhere(id);
    rig.trainer().run(0).progress(7);
    rig.trainer().run(0).succeed();

    assertThat(jobs.get(id).sequence()).isEqualTo(2);
    assertThat(rig.publisher().published()).isEmpty();
    assertThat(rig.journal().cleared()).isEmpty();
  }

  @Test
  void restart_afterACrashBehindThePublication_findsTheVersionAndPublishesNoOther() {
    String id = rig.create(jobs).record().id();
    rig.journal().fullAfter(TrainingJobState.PUBLISHING);
    rig.trainer().run(0).succeed();
    rig.journal().setFull(false);
    TrainingJobs again = rig.open();

    assertThat(again.get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
    assertThat(again.get(id).published()).contains(rig.publisher().published().get(0));
    assertThat(again.get(id).metrics()).containsEntry("test_accuracy", 0.99);
    assertThat(rig.publisher().published()).hasSize(1);
    assertThat(rig.trainer().started()).isEqualTo(1);
    assertThat(rig.queue().due(id)).isEmpty();
  }

  @Test
  void jobs_thatEndedLongAgoOrAreTooMany_areRemovedWithAllTheyLeft() {
    TrainingRig small = new TrainingRig(1, 10, Runnable::run, new Retention(2, Duration.ofDays(1)));
    TrainingJobs few = small.open();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(small.create(few).record().id());
      small.trainer().run(i).succeed();
      small.clock().advance(Duration.ofHours(1));
    }
    assertThat(few.list())
        .extracting(job -> job.record().id())
        .containsExactly(ids.get(2), ids.get(1));
    assertThat(small.journal().events(ids.get(0))).isEmpty();

    String runs = small.create(few).record().id();
    small.clock().advance(Duration.ofDays(30));
    assertThat(small.open().list()).extracting(job -> job.record().id()).containsExactly(runs);
  }
}
