package dev.millrace.server.inference;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.Work;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A request, or some rows of one, on its way to a run.
 *
 * @param leased the whole request
 * @param lane what it may share a run with
 * @param inputs the rows of this piece
 * @param rows how many
 * @param answer takes the outputs of these rows
 */
public record PredictWork(
    LeasedRequest leased,
    Lane lane,
    Map<String, TensorData> inputs,
    int rows,
    CompletableFuture<Map<String, TensorData>> answer)
    implements Work {
  @Override
  public long bytes() {
    long bytes = 0;
    for (TensorData input : inputs.values()) {
      bytes += input.byteCount();
    }
    return bytes;
  }

  @Override
  public Deadline deadline() {
    return leased.request().deadline();
  }

  @Override
  public Priority priority() {
    return leased.request().priority();
  }

  @Override
  public Caller caller() {
    return leased.request().caller();
  }

  @Override
  public boolean isCancelled() {
    return leased.request().cancelled().getAsBoolean();
  }

  @Override
  public void refuse(ServingException reason) {
    answer.completeExceptionally(reason);
  }
}
