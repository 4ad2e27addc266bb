package dev.millrace.client;

import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Follows a job over broken connections: asks again for what comes after the last event seen. */
final class JobFollower {
  private static final int MOST_FAILURES = 10;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Channel channel;
  private final String job;
  private final Consumer<TrainingEvent> onEvent;
  private final Context.CancellableContext context = Context.ROOT.withCancellation();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  // Written by one stream's callbacks at a time; the next stream begins after the one before has
  // ended.
  private volatile long seen;
  private volatile int failures;

  JobFollower(Channel channel, String job, Consumer<TrainingEvent> onEvent) {
    this.channel = channel;
    this.job = job;
    this.onEvent = onEvent;
  }

  /** Completes when the job has ended, or when following it makes no sense any more. */
  CompletableFuture<Void> start() {
    watch();
    return end;
  }

  /** Ends the following. */
  void stop() {
    end.cancel(false);
    context.cancel(null);
  }

  private void watch() {
    context.run(
        () ->
            TrainingServiceGrpc.newStub(channel.grpc())
                .watchTrainingJob(
                    WatchTrainingJobRequest.newBuilder()
                        .setName(job)
                        .setAfterSequence(seen)
                        .build(),
                    new Stream()));
  }

  private void retry(MillraceException failure) {
    failures++;
    if (end.isDone()) {
      return;
    }
    if (!failure.isRetryable() || failures > MOST_FAILURES) {
      end.completeExceptionally(failure);
      return;
    }
    long pause = Math.min(LONGEST_PAUSE.toMillis(), 100L << Math.min(failures, 10));
    CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS).execute(this::watch);
  }

  private final class Stream implements StreamObserver<WatchTrainingJobResponse> {
    @Override
    public void onNext(WatchTrainingJobResponse response) {
      TrainingEvent event = Codec.decode(response.getEvent());
      seen = event.sequence();
      failures = 0;
      onEvent.accept(event);
    }

    @Override
    public void onError(Throwable failure) {
      retry(Errors.of(failure));
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }
  }
}
