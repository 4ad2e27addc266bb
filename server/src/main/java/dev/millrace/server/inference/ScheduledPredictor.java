package dev.millrace.server.inference;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.scheduling.Work;
import dev.millrace.server.scheduling.WorkQueue;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The end of the chain: runs requests when a worker is free. */
public final class ScheduledPredictor implements LeasedPredictor {
  private final WorkQueue queue;

  /** A predictor over the queue's workers. */
  public ScheduledPredictor(WorkQueue queue) {
    this.queue = queue;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(LeasedRequest request) {
    CompletableFuture<InferenceResponse> answer = new CompletableFuture<>();
    try {
      queue.submit(new Run(request, answer));
    } catch (ServingException refused) {
      answer.completeExceptionally(refused);
    }
    return answer;
  }

  private record Run(LeasedRequest leased, CompletableFuture<InferenceResponse> answer)
      implements Work {
    @Override
    public Deadline deadline() {
      return leased.request().deadline();
    }

    @Override
    public boolean isCancelled() {
      return leased.request().cancelled().getAsBoolean();
    }

    @Override
    public void run() {
      InferenceResponse response;
      String signature = leased.request().signature();
      try {
        Map<String, TensorData> results =
            leased.lease().servable().run(signature, leased.request().inputs(), leased.outputs());
        response = new InferenceResponse(leased.lease().id(), signature, results);
      } catch (RuntimeException | LinkageError | OutOfMemoryError failed) {
        answer.completeExceptionally(failed);
        return;
      }
      answer.complete(response);
    }

    @Override
    public void refuse(ServingException reason) {
      answer.completeExceptionally(reason);
    }
  }
}
