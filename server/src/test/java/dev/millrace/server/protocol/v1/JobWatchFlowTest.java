package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.testing.PuppetExecutor;
import dev.millrace.server.testing.PuppetTrainer.PuppetRun;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a watch heeds its caller, step by step. */
class JobWatchFlowTest {
  private final TrainingRig rig = new TrainingRig();
  private final TrainingJobs jobs = rig.open();
  private final String job = rig.create(jobs).record().id();
  private final PuppetRun run = rig.trainer().run(0);
  private final PuppetStream<Long> caller = new PuppetStream<>();
  private final PuppetExecutor executor = new PuppetExecutor();

  @BeforeEach
  void begin() {
    new JobWatch<>(
            jobs, job, 0, caller, TrainingEvent::sequence, new StatusMapper(() -> "e1"), executor)
        .begin();
  }

  @Test
  void send_toACallerThatTakesNothing_sendsNothing() {
    run.progress(1);
    run.succeed();
    executor.runAll();

    assertThat(caller.sent()).isEmpty();
    assertThat(caller.isCompleted()).isFalse();
  }

  @Test
  void send_toACallerThatTakesALittle_sendsThatMuchAndTheRestLater() {
    run.progress(1);
    caller.grant(2);
    assertThat(caller.sent()).containsExactly(1L, 2L);

    caller.grant(4);
    run.progress(2);
    executor.runAll();
    assertThat(caller.sent()).containsExactly(1L, 2L, 3L, 4L);

    run.succeed();
    executor.runAll();
    assertThat(caller.sent()).hasSize(6);
    caller.grant(10);
    assertThat(caller.sent()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(caller.isCompleted()).isTrue();
  }

  @Test
  void send_whenTheCallerHasLeft_sendsNothingAndLetsTheJobGo() {
    caller.grant(10);
    caller.leave();
    run.progress(1);

    assertThat(executor.waiting()).isZero();
    assertThat(caller.sent()).containsExactly(1L, 2L);
    assertThat(run.cancels()).isZero();
  }

  @Test
  void send_afterTheEnd_doesNothing() {
    caller.grant(100);
    run.succeed();
    executor.runAll();
    assertThat(caller.isCompleted()).isTrue();

    caller.grant(1);
    caller.leave();
    jobs.close();
    executor.runAll();
    assertThat(caller.error()).isNull();
  }

  @Test
  void send_whenTheServerStops_endsForTheCallerToComeAgain() {
    caller.grant(100);
    jobs.close();
    executor.runAll();

    assertThat(caller.sent()).containsExactly(1L, 2L);
    assertThat(caller.isCompleted()).isFalse();
    assertThat(caller.error()).isNotNull();
  }
}
