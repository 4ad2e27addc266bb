package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.scheduling.Work;
import dev.millrace.server.scheduling.WorkQueue;
import dev.millrace.server.tensor.TensorData;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The end of the chain: leases the version, checks the request against it, and runs it when a
 * worker is free. The lease is held from the check to the answer, so that a version never goes away
 * under a request it has accepted.
 */
public final class ScheduledPredictor implements Predictor {
  private final ModelCatalog catalog;
  private final WorkQueue queue;
  private final RequestCheck check = new RequestCheck();

  /** A predictor over the catalog's versions and the queue's workers. */
  public ScheduledPredictor(ModelCatalog catalog, WorkQueue queue) {
    this.catalog = catalog;
    this.queue = queue;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(InferenceRequest request) {
    Lease lease;
    try {
      lease = catalog.lease(request.model());
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<InferenceResponse> answer = new CompletableFuture<>();
    try {
      Signature signature = signature(lease, request.signature());
      check.check(request, signature);
      Collection<String> outputs =
          request.outputs().isEmpty() ? signature.outputs().keySet() : request.outputs();
      queue.submit(new Run(request, lease, outputs, answer));
    } catch (ServingException refused) {
      lease.close();
      answer.completeExceptionally(refused);
    }
    return answer;
  }

  private static Signature signature(Lease lease, String name) {
    Signature signature = lease.servable().signatures().get(name);
    if (signature == null) {
      throw new ServingException(
          ErrorReason.SIGNATURE_NOT_FOUND,
          lease.id() + " has no such signature; it has " + lease.servable().signatures().keySet(),
          Map.of("model", lease.id().model().id(), "version", Long.toString(lease.id().number())));
    }
    return signature;
  }

  private record Run(
      InferenceRequest request,
      Lease lease,
      Collection<String> outputs,
      CompletableFuture<InferenceResponse> answer)
      implements Work {
    @Override
    public Deadline deadline() {
      return request.deadline();
    }

    @Override
    public boolean isCancelled() {
      return request.cancelled().getAsBoolean();
    }

    @Override
    public void run() {
      InferenceResponse response;
      try (lease) {
        Map<String, TensorData> results =
            lease.servable().run(request.signature(), request.inputs(), outputs);
        response = new InferenceResponse(lease.id(), request.signature(), results);
      } catch (RuntimeException | LinkageError | OutOfMemoryError failed) {
        answer.completeExceptionally(failed);
        return;
      }
      answer.complete(response);
    }

    @Override
    public void refuse(ServingException reason) {
      lease.close();
      answer.completeExceptionally(reason);
    }
  }
}
