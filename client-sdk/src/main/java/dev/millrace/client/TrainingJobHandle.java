package dev.millrace.client;

import dev.millrace.v1.CancelTrainingJobRequest;
import dev.millrace.v1.GetTrainingJobRequest;
import dev.millrace.v1.TrainingServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A training job. The methods without {@code async} wait and throw {@link MillraceException}.
 * Thread-safe.
 */
public final class TrainingJobHandle {
  private final Channel channel;
  private final String id;

  TrainingJobHandle(Channel channel, String id) {
    this.channel = channel;
    this.id = id;
  }

  /** The job's id. */
  public String id() {
    return id;
  }

  /** The job as it is now. */
  public TrainingJobInfo get() {
    return Channel.await(getAsync());
  }

  /** The job as it is now, without waiting. */
  public CompletableFuture<TrainingJobInfo> getAsync() {
    return Channel.future(
            channel
                .timed(TrainingServiceGrpc.newFutureStub(channel.grpc()))
                .getTrainingJob(GetTrainingJobRequest.newBuilder().setName(name()).build()))
        .thenApply(response -> Codec.decode(response.getTrainingJob()));
  }

  /** Asks the job to stop. */
  public TrainingJobInfo cancel() {
    return Channel.await(
        Channel.future(
                channel
                    .timed(TrainingServiceGrpc.newFutureStub(channel.grpc()))
                    .cancelTrainingJob(
                        CancelTrainingJobRequest.newBuilder().setName(name()).build()))
            .thenApply(response -> Codec.decode(response.getTrainingJob())));
  }

  /**
   * Follows the job from its first event to its end, however often the connection breaks: each
   * event once, in order.
   *
   * @param onEvent called one event at a time
   * @return the job at its end
   * @throws MillraceException if the server cannot be reached for longer than the retries last
   */
  public TrainingJobInfo follow(Consumer<TrainingEvent> onEvent) {
    return Channel.await(followAsync(onEvent));
  }

  /** The same without waiting; cancelling what it returns ends the following, not the job. */
  public CompletableFuture<TrainingJobInfo> followAsync(Consumer<TrainingEvent> onEvent) {
    JobFollower follower = new JobFollower(channel, name(), onEvent);
    CompletableFuture<TrainingJobInfo> job = follower.start().thenCompose(end -> getAsync());
    job.whenComplete((end, failure) -> follower.stop());
    return job;
  }

  private String name() {
    return "trainingJobs/" + id;
  }
}
