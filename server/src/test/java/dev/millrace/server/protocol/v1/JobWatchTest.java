package dev.millrace.server.protocol.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.testing.PuppetTrainer.PuppetRun;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.v1.TrainRequest;
import dev.millrace.v1.TrainResponse;
import dev.millrace.v1.TrainingEvent;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobWatchTest {
  private TrainingDoor door;

  @BeforeEach
  void open() throws IOException {
    door = new TrainingDoor(new TrainingRig());
  }

  @AfterEach
  void close() throws InterruptedException {
    door.close();
  }

  @Test
  void train_toItsEnd_streamsEveryEvent() {
    Iterator<TrainResponse> events = door.blocking().train(TrainRequest.getDefaultInstance());
    TrainingEvent queued = events.next().getEvent();
    TrainingEvent running = events.next().getEvent();
    PuppetRun run = door.rig().trainer().run(0);
    run.progress(100);
    TrainingEvent progress = events.next().getEvent();
    run.succeed();
    List<TrainingEvent> rest = new ArrayList<>();
    events.forEachRemaining(response -> rest.add(response.getEvent()));

    assertThat(queued.getSequence()).isEqualTo(1);
    assertThat(queued.getTrainingJob()).startsWith("trainingJobs/j");
    assertThat(queued.getStateChanged().getState())
        .isEqualTo(dev.millrace.v1.TrainingJobState.TRAINING_JOB_STATE_QUEUED);
    assertThat(running.getStateChanged().getState())
        .isEqualTo(dev.millrace.v1.TrainingJobState.TRAINING_JOB_STATE_RUNNING);
    assertThat(progress.getProgress().getStep()).isEqualTo(100);
    assertThat(rest)
        .extracting(TrainingEvent::getEventCase)
        .containsExactly(
            TrainingEvent.EventCase.EVALUATED,
            TrainingEvent.EventCase.STATE_CHANGED,
            TrainingEvent.EventCase.VERSION_PUBLISHED,
            TrainingEvent.EventCase.STATE_CHANGED);
    assertThat(rest.get(0).getEvaluated().getMetricsMap()).containsEntry("test_accuracy", 0.99);
    assertThat(rest.get(2).getVersionPublished().getVersion()).isEqualTo("models/mnist/versions/1");
  }

  @Test
  void train_ofAJobThatFails_endsWithTheReasonAndAnOkStatus() {
    Iterator<TrainResponse> events = door.blocking().train(TrainRequest.getDefaultInstance());
    events.next();
    door.rig().trainer().run(0).fail(ErrorReason.TRAINING_FAILED, "killed (signal 9)");
    TrainingEvent last = TrainingEvent.getDefaultInstance();
    while (events.hasNext()) {
      last = events.next().getEvent();
    }

    assertThat(last.getStateChanged().getReason()).isEqualTo("TRAINING_FAILED");
    assertThat(last.getStateChanged().getMessage()).isEqualTo("killed (signal 9)");
  }

  @Test
  void train_withTheSameRequestId_followsTheEarlierJob() {
    TrainRequest request = TrainRequest.newBuilder().setRequestId("once").build();
    TrainingEvent first = door.blocking().train(request).next().getEvent();
    TrainingEvent second = door.blocking().train(request).next().getEvent();

    assertThat(second).isEqualTo(first);
    assertThat(door.jobs().list()).hasSize(1);
  }

  @Test
  void train_whoseStreamIsClosed_goesOn() throws Exception {
    PausingObserver<TrainResponse> caller = new PausingObserver<>();
    door.async().train(TrainRequest.getDefaultInstance(), caller);
    caller.request(1);
    String id = caller.next().getEvent().getTrainingJob().substring("trainingJobs/".length());
    caller.cancel();
    assertThat(Status.fromThrowable(caller.end()).getCode()).isEqualTo(Status.Code.CANCELLED);

    PuppetRun run = door.rig().trainer().run(0);
    run.progress(1);
    assertThat(run.cancels()).isZero();
    run.succeed();
    assertThat(door.jobs().get(id).state()).isEqualTo(TrainingJobState.SUCCEEDED);
  }

  @Test
  void watch_afterASequence_resumesWithoutGapOrRepeat() {
    String name = create();
    PuppetRun run = door.rig().trainer().run(0);
    for (long step = 1; step <= 10; step++) {
      run.progress(step);
    }
    Iterator<WatchTrainingJobResponse> events = watch(name, 5);
    List<Long> seen = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      seen.add(events.next().getEvent().getSequence());
    }
    run.progress(11);
    run.succeed();
    events.forEachRemaining(response -> seen.add(response.getEvent().getSequence()));

    assertThat(seen).isEqualTo(LongStream.rangeClosed(6, 17).boxed().toList());
    assertThat(watch(name, 17).hasNext()).isFalse();
  }

  @Test
  void watch_afterASequenceThatIsNot_isOutOfRange() {
    String name = create();

    for (long sequence : new long[] {-1, 3}) {
      StatusRuntimeException error =
          catchThrowableOfType(StatusRuntimeException.class, () -> watch(name, sequence).next());
      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
      assertThat(TrainingDoor.detail(error, ErrorInfo.class).orElseThrow().getReason())
          .isEqualTo("SEQUENCE_OUT_OF_RANGE");
    }
  }

  @Test
  void watch_ofASlowCaller_holdsUpNeitherTheJobNorOthersAndMissesNothing() throws Exception {
    String name = create();
    PausingObserver<WatchTrainingJobResponse> slow = new PausingObserver<>();
    door.async().watchTrainingJob(WatchTrainingJobRequest.newBuilder().setName(name).build(), slow);
    slow.request(1);
    assertThat(slow.next().getEvent().getSequence()).isEqualTo(1);

    PuppetRun run = door.rig().trainer().run(0);
    for (long step = 1; step <= 20_000; step++) {
      run.progress(step);
    }
    run.succeed();
    List<Long> fast = new ArrayList<>();
    watch(name, 0).forEachRemaining(response -> fast.add(response.getEvent().getSequence()));
    List<Long> all = LongStream.rangeClosed(1, 20_006).boxed().toList();
    assertThat(fast).isEqualTo(all);

    slow.request(Integer.MAX_VALUE);
    List<Long> seen = new ArrayList<>(List.of(1L));
    while (seen.size() < all.size()) {
      seen.add(slow.next().getEvent().getSequence());
    }
    assertThat(seen).isEqualTo(all);
    assertThat(slow.end()).isNull();
  }

  @Test
  void watch_byManyWhileEventsHappen_showsEachOfThemAllInOrder() throws Exception {
    String name = create();
    PuppetRun run = door.rig().trainer().run(0);
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      List<Future<List<Long>>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(callers.submit(sequences(name)));
        for (long step = 1; step <= 200; step++) {
          run.progress(step);
        }
      }
      run.succeed();
      for (Future<List<Long>> answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS))
            .isEqualTo(LongStream.rangeClosed(1, 1606).boxed().toList());
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void watch_whenTheServerStops_endsWithDraining() {
    create();
    String waits = create();
    Iterator<WatchTrainingJobResponse> events = watch(waits, 0);
    events.next();
    door.jobs().close();

    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, events::hasNext);
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(TrainingDoor.detail(error, ErrorInfo.class).orElseThrow().getReason())
        .isEqualTo("DRAINING");
  }

  private Callable<List<Long>> sequences(String name) {
    return () -> {
      List<Long> seen = new ArrayList<>();
      watch(name, 0).forEachRemaining(response -> seen.add(response.getEvent().getSequence()));
      return seen;
    };
  }

  private String create() {
    return door.rig().create(door.jobs()).record().resource();
  }

  private Iterator<WatchTrainingJobResponse> watch(String name, long afterSequence) {
    return door.blocking()
        .watchTrainingJob(
            WatchTrainingJobRequest.newBuilder()
                .setName(name)
                .setAfterSequence(afterSequence)
                .build());
  }
}
