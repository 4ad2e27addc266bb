package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.testing.FakeServer;
import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.CancelTrainingJobResponse;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.CreateTrainingJobResponse;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobResponse;
import dev.millrace.v1.ListTrainingJobsRequest;
import dev.millrace.v1.ListTrainingJobsResponse;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TrainingTest {
  private final FakeTraining training = new FakeTraining();
  private FakeServer server;
  private MillraceClient client;

  @BeforeEach
  void start() throws IOException {
    server = FakeServer.start(training);
    client = MillraceClient.connect(server.address());
  }

  @AfterEach
  void stop() throws InterruptedException {
    client.close();
    server.close();
  }

  @Test
  void train_firstAttemptUnavailable_isTriedAgainUnderTheSameRequestId() {
    training.failCreates = 2;
    TrainingJobHandle job =
        client.train(TrainingRequest.defaults().withParameter("steps", 5).withSeed(1));
    assertThat(job.id()).isEqualTo("j1");
    assertThat(training.creates).hasSize(3);
    Set<String> ids = new HashSet<>();
    training.creates.forEach(create -> ids.add(create.getRequestId()));
    assertThat(ids).hasSize(1).doesNotContain("");
    assertThat(training.creates.get(0).getSpec().getParametersMap()).containsEntry("steps", "5");
    assertThat(training.creates.get(0).getSpec().getSeed()).isEqualTo(1);
  }

  @Test
  void follow_connectionBreaksAfterEveryEvent_showsEachEventOnceInOrder() {
    List<Long> seen = new ArrayList<>();
    TrainingJobInfo end = client.trainingJob("j1").follow(event -> seen.add(event.sequence()));
    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(training.watches).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(end.id()).isEqualTo("j1");
  }

  @Test
  void followAsync_cancelled_endsTheWatchAndNotTheJob() throws InterruptedException {
    training.silent = true;
    CompletableFuture<TrainingJobInfo> end = client.trainingJob("j1").followAsync(event -> {});
    training.watching.await();
    end.cancel(true);
    training.watchCancelled.await();
    assertThat(training.cancels).isEmpty();
  }

  @Test
  void trainingJobs_severalPages_areReadToTheEnd() {
    assertThat(client.trainingJobs())
        .extracting(TrainingJobInfo::id)
        .containsExactly("j3", "j2", "j1");
  }

  @Test
  void cancel_job_asksTheServer() {
    client.trainingJob("j1").cancel();
    assertThat(training.cancels).containsExactly("trainingJobs/j1");
  }

  /** Five events, with a broken connection after each. */
  private static final class FakeTraining extends TrainingServiceGrpc.TrainingServiceImplBase {
    final List<CreateTrainingJobRequest> creates = new ArrayList<>();
    final List<Long> watches = new ArrayList<>();
    final List<String> cancels = new ArrayList<>();
    final CountDownLatch watching = new CountDownLatch(1);
    final CountDownLatch watchCancelled = new CountDownLatch(1);
    int failCreates;
    volatile boolean silent;

    @Override
    public synchronized void createTrainingJob(
        CreateTrainingJobRequest request, StreamObserver<CreateTrainingJobResponse> observer) {
      creates.add(request);
      if (failCreates-- > 0) {
        observer.onError(FakeServer.error(Status.Code.UNAVAILABLE, "OVERLOADED"));
        return;
      }
      observer.onNext(CreateTrainingJobResponse.newBuilder().setTrainingJob(job("j1")).build());
      observer.onCompleted();
    }

    @Override
    public synchronized void watchTrainingJob(
        WatchTrainingJobRequest request, StreamObserver<WatchTrainingJobResponse> observer) {
      if (silent) {
        ((io.grpc.stub.ServerCallStreamObserver<WatchTrainingJobResponse>) observer)
            .setOnCancelHandler(watchCancelled::countDown);
        watching.countDown();
        return;
      }
      watches.add(request.getAfterSequence());
      if (request.getAfterSequence() == 5) {
        observer.onCompleted();
        return;
      }
      observer.onNext(
          WatchTrainingJobResponse.newBuilder()
              .setEvent(
                  dev.millrace.v1.TrainingEvent.newBuilder()
                      .setSequence(request.getAfterSequence() + 1))
              .build());
      observer.onError(Status.UNAVAILABLE.asRuntimeException());
    }

    @Override
    public void getTrainingJob(
        GetTrainingJobRequest request, StreamObserver<GetTrainingJobResponse> observer) {
      observer.onNext(GetTrainingJobResponse.newBuilder().setTrainingJob(job("j1")).build());
      observer.onCompleted();
    }

    @Override
    public synchronized void cancelTrainingJob(
        CancelTrainingJobRequest request, StreamObserver<CancelTrainingJobResponse> observer) {
      cancels.add(request.getName());
      observer.onNext(CancelTrainingJobResponse.newBuilder().setTrainingJob(job("j1")).build());
      observer.onCompleted();
    }

    @Override
    public void listTrainingJobs(
        ListTrainingJobsRequest request, StreamObserver<ListTrainingJobsResponse> observer) {
      ListTrainingJobsResponse.Builder page = ListTrainingJobsResponse.newBuilder();
      if (request.getPageToken().isEmpty()) {
        page.addTrainingJobs(job("j3")).addTrainingJobs(job("j2")).setNextPageToken("more");
      } else {
        page.addTrainingJobs(job("j1"));
      }
      observer.onNext(page.build());
      observer.onCompleted();
    }

    private static TrainingJob job(String id) {
      return TrainingJob.newBuilder().setName("trainingJobs/" + id).build();
    }
  }
}
