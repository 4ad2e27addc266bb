package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.Permission;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.CancelTrainingJobResponse;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.CreateTrainingJobResponse;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobResponse;
import dev.millrace.v1.ListTrainingJobsRequest;
import dev.millrace.v1.ListTrainingJobsResponse;
import dev.millrace.v1.TrainRequest;
import dev.millrace.v1.TrainResponse;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** The native training service: jobs, and streams of their events. Thread-safe. */
public final class TrainingServiceV1 extends TrainingServiceGrpc.TrainingServiceImplBase {
  private final TrainingJobs jobs;
  private final StatusMapper statuses;
  private final Executor executor;
  private final TrainingCodec codec;

  /**
   * A service over the jobs.
   *
   * @param executor sends events; never blocked
   */
  public TrainingServiceV1(TrainingJobs jobs, StatusMapper statuses, Executor executor) {
    this.jobs = jobs;
    this.statuses = statuses;
    this.executor = executor;
    this.codec = new TrainingCodec(jobs.tries());
  }

  @Override
  public void train(TrainRequest request, StreamObserver<TrainResponse> observer) {
    watch(
        observer,
        () -> create(request.getSpec(), request.getRequestId()).record().id(),
        0,
        id -> event -> TrainResponse.newBuilder().setEvent(codec.encode(id, event)).build());
  }

  @Override
  public void watchTrainingJob(
      WatchTrainingJobRequest request, StreamObserver<WatchTrainingJobResponse> observer) {
    watch(
        observer,
        () -> {
          String id = find(request.getName()).record().id();
          jobs.eventsAfter(id, request.getAfterSequence());
          return id;
        },
        request.getAfterSequence(),
        id ->
            event ->
                WatchTrainingJobResponse.newBuilder().setEvent(codec.encode(id, event)).build());
  }

  @Override
  public void createTrainingJob(
      CreateTrainingJobRequest request, StreamObserver<CreateTrainingJobResponse> observer) {
    answer(
        observer,
        () ->
            CreateTrainingJobResponse.newBuilder()
                .setTrainingJob(codec.encode(create(request.getSpec(), request.getRequestId())))
                .build());
  }

  @Override
  public void getTrainingJob(
      GetTrainingJobRequest request, StreamObserver<GetTrainingJobResponse> observer) {
    answer(
        observer,
        () ->
            GetTrainingJobResponse.newBuilder()
                .setTrainingJob(codec.encode(find(request.getName())))
                .build());
  }

  @Override
  public void listTrainingJobs(
      ListTrainingJobsRequest request, StreamObserver<ListTrainingJobsResponse> observer) {
    answer(
        observer,
        () -> {
          Page page = Page.of(request.getPageSize(), request.getPageToken());
          List<TrainingJob> rest =
              jobs.list().stream()
                  .filter(job -> page.isBeforeToken(job.record().id()))
                  .filter(TrainingServiceV1::isSeen)
                  .toList();
          List<TrainingJob> shown = rest.subList(0, Math.min(rest.size(), page.size()));
          ListTrainingJobsResponse.Builder response = ListTrainingJobsResponse.newBuilder();
          shown.forEach(job -> response.addTrainingJobs(codec.encode(job)));
          if (rest.size() > shown.size()) {
            response.setNextPageToken(Page.tokenAfter(shown.get(shown.size() - 1).record().id()));
          }
          return response.build();
        });
  }

  @Override
  public void cancelTrainingJob(
      CancelTrainingJobRequest request, StreamObserver<CancelTrainingJobResponse> observer) {
    answer(
        observer,
        () -> {
          TrainingJob job = find(request.getName());
          Callers.require(Permission.TRAIN, job.record().spec().model());
          return CancelTrainingJobResponse.newBuilder()
              .setTrainingJob(codec.encode(jobs.cancel(job.record().id(), request.getEtag())))
              .build();
        });
  }

  private TrainingJob create(TrainingSpec spec, String requestId) {
    TrainingOrder order = codec.decode(spec);
    SeenDatasets.require(order.dataset());
    Callers.require(Permission.TRAIN, jobs.resolve(order).model());
    return jobs.create(order, Callers.own(requestId), Callers.current());
  }

  private TrainingJob find(String name) {
    return jobs.get(codec.jobId(name), TrainingServiceV1::isSeen);
  }

  private static boolean isSeen(TrainingJob job) {
    return Callers.see(job.record().spec().model());
  }

  private <A> void watch(
      StreamObserver<A> observer,
      Supplier<String> job,
      long afterSequence,
      Function<String, Function<TrainingEvent, A>> encode) {
    try {
      String id = job.get();
      new JobWatch<>(
              jobs,
              id,
              afterSequence,
              (ServerCallStreamObserver<A>) observer,
              encode.apply(id),
              statuses,
              executor)
          .begin();
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
    }
  }

  private <A> void answer(StreamObserver<A> observer, Supplier<A> answer) {
    A message;
    try {
      message = answer.get();
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    observer.onNext(message);
    observer.onCompleted();
  }
}
