package dev.millrace.server.inference;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.scheduling.BatchQueue;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.tensor.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The end of the chain: queues requests for runs that they share with others. A request of more
 * rows than a run takes is split, and its answer put together again. Thread-safe.
 */
public final class BatchedPredictor implements LeasedPredictor {
  // With more rows than that many runs take, runs are larger; a piece costs memory of its own.
  private static final int MOST_PIECES = 1024;

  private final BatchQueue<PredictWork> queue;
  private final Lanes lanes;

  /** A predictor over a queue. */
  public BatchedPredictor(BatchQueue<PredictWork> queue, Lanes lanes) {
    this.queue = queue;
    this.lanes = lanes;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(LeasedRequest leased) {
    InferenceRequest request = leased.request();
    BatchPlan plan = leased.lease().batchPlan(request.signature());
    int rows = plan.batchable() ? Rows.common(request.inputs()) : Rows.UNEQUAL;
    boolean together = rows > 0;
    Lane lane = lanes.of(leased, plan, together);
    List<PredictWork> pieces = new ArrayList<>();
    if (!together) {
      pieces.add(piece(leased, lane, request.inputs(), 1));
    } else {
      int count =
          (int)
              Math.min(
                  MOST_PIECES, ((long) rows + lane.rule().maxRows() - 1) / lane.rule().maxRows());
      for (int i = 0; i < count; i++) {
        int from = (int) ((long) rows * i / count);
        int to = (int) ((long) rows * (i + 1) / count);
        pieces.add(piece(leased, lane, Rows.slice(request.inputs(), from, to - from), to - from));
      }
    }
    try {
      queue.submit(pieces);
    } catch (ServingException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return whole(pieces)
        .thenApply(
            outputs -> new InferenceResponse(leased.lease().id(), request.signature(), outputs));
  }

  private static PredictWork piece(
      LeasedRequest leased, Lane lane, Map<String, TensorData> inputs, int rows) {
    return new PredictWork(leased, lane, inputs, rows, new CompletableFuture<>());
  }

  /** The joined outputs; complete only when every piece is, so that the lease outlives all runs. */
  private static CompletionStage<Map<String, TensorData>> whole(List<PredictWork> pieces) {
    if (pieces.size() == 1) {
      return pieces.get(0).answer();
    }
    CompletableFuture<?>[] answers =
        pieces.stream().map(PredictWork::answer).toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(answers)
        .thenApply(done -> join(pieces.stream().map(piece -> piece.answer().join()).toList()));
  }

  private static Map<String, TensorData> join(List<Map<String, TensorData>> parts) {
    try {
      return Rows.join(parts, 0);
    } catch (IllegalArgumentException shapesDiffer) {
      throw new ServingException(
              ErrorReason.VALUE_REJECTED,
              "the request was run in "
                  + parts.size()
                  + " parts, and the shapes of their outputs differ; send fewer rows at once")
          .causedBy(shapesDiffer);
    }
  }
}
