package dev.millrace.client;

import dev.millrace.v1.CancelEvaluationRequest;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.GetEvaluationRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An evaluation. The methods wait and throw {@link MillraceException}. Thread-safe. */
public final class EvaluationHandle {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Channel channel;
  private final String id;

  EvaluationHandle(Channel channel, String id) {
    this.channel = channel;
    this.id = id;
  }

  /** The evaluation's id. */
  public String id() {
    return id;
  }

  /** The evaluation as it is now. */
  public EvaluationInfo get() {
    return Channel.await(
        Channel.future(
                channel
                    .timed(EvaluationServiceGrpc.newFutureStub(channel.grpc()))
                    .getEvaluation(GetEvaluationRequest.newBuilder().setName(name()).build()))
            .thenApply(response -> EvaluationCodec.decode(response.getEvaluation())));
  }

  /** Asks the evaluation to stop. */
  public EvaluationInfo cancel() {
    return Channel.await(
        Channel.future(
                channel
                    .timed(EvaluationServiceGrpc.newFutureStub(channel.grpc()))
                    .cancelEvaluation(CancelEvaluationRequest.newBuilder().setName(name()).build()))
            .thenApply(response -> EvaluationCodec.decode(response.getEvaluation())));
  }

  /**
   * Waits for the evaluation's end.
   *
   * @param onLook called with the evaluation as it is, four times a second
   * @return the evaluation at its end
   */
  public EvaluationInfo follow(Consumer<EvaluationInfo> onLook) {
    while (true) {
      EvaluationInfo now = get();
      onLook.accept(now);
      if (now.state().isFinal()) {
        return now;
      }
      Channel.await(
          CompletableFuture.supplyAsync(
              () -> now,
              CompletableFuture.delayedExecutor(LOOK.toMillis(), TimeUnit.MILLISECONDS)));
    }
  }

  private String name() {
    return "evaluations/" + id;
  }
}
