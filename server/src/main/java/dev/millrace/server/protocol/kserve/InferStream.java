package dev.millrace.server.protocol.kserve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One stream of predictions: several run at once, and are answered in the order in which they were
 * asked. An error is an answer like others, and the stream goes on, unless the caller wants the
 * stream to end with it. Thread-safe.
 */
final class InferStream implements StreamObserver<ModelInferRequest> {
  private static final int MOST_IN_FLIGHT = 32;
  private static final String FINAL = "triton_final_response";

  private final InferCalls calls;
  private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
  private final boolean endsWithError;

  private record Slot(String id, CompletableFuture<ModelInferResponse> answer) {}

  @GuardedBy("this")
  private final Deque<Slot> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean noMore;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private int owed;

  InferStream(
      InferCalls calls,
      ServerCallStreamObserver<ModelStreamInferResponse> answers,
      boolean endsWithError) {
    this.calls = calls;
    this.answers = answers;
    this.endsWithError = endsWithError;
  }

  /** Takes the first requests; before this returns to gRPC. */
  void begin() {
    answers.disableAutoRequest();
    answers.setOnReadyHandler(this::takeMore);
    answers.setOnCancelHandler(this::end);
    answers.request(MOST_IN_FLIGHT);
  }

  @Override
  public void onNext(ModelInferRequest request) {
    Slot slot = new Slot(request.getId(), calls.infer(request).toCompletableFuture());
    synchronized (this) {
      waiting.add(slot);
    }
    slot.answer().whenComplete((response, failure) -> drain());
  }

  @Override
  public void onError(Throwable cancelled) {
    end();
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      noMore = true;
    }
    drain();
  }

  private synchronized void end() {
    ended = true;
  }

  /** Sends what is ready, up to the first that is not. */
  private synchronized void drain() {
    while (!ended) {
      Slot next = waiting.peek();
      if (next == null || !next.answer().isDone()) {
        break;
      }
      waiting.remove();
      send(next);
      owed++;
    }
    if (!ended && noMore && waiting.isEmpty()) {
      ended = true;
      answers.onCompleted();
    }
    takeMore();
  }

  @GuardedBy("this")
  private void send(Slot slot) {
    @Nullable ModelInferResponse response = null;
    @Nullable StatusRuntimeException error = null;
    try {
      response = slot.answer().join();
    } catch (RuntimeException failure) {
      error = InferCalls.status(failure);
    }
    if (response != null) {
      InferParameter whole = InferParameter.newBuilder().setBoolParam(true).build();
      answers.onNext(
          ModelStreamInferResponse.newBuilder()
              .setInferResponse(response.toBuilder().putParameters(FINAL, whole))
              .build());
    } else if (error != null && endsWithError) {
      ended = true;
      answers.onError(error);
    } else if (error != null) {
      Status status = error.getStatus();
      String text = status.getDescription();
      answers.onNext(
          ModelStreamInferResponse.newBuilder()
              .setErrorMessage(text == null ? status.getCode().name() : text)
              .setInferResponse(ModelInferResponse.newBuilder().setId(slot.id()))
              .build());
    }
  }

  /** A caller that does not read its answers is asked for no more questions. */
  private synchronized void takeMore() {
    if (!ended && owed > 0 && answers.isReady()) {
      int count = owed;
      owed = 0;
      answers.request(count);
    }
  }
}
