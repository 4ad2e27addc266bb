package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.Batch;
import dev.millrace.server.scheduling.BatchQueue;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.SettingsOf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class BatchedPredictorTest {
  private final InferenceRig rig = new InferenceRig(SettingsOf.batching(4, List.of()));
  private final BatchQueue<PredictWork> queue =
      new BatchQueue<>(1, 1 << 20, rig, rig.clock, rig.nanos);
  private final BatchRun runner = new BatchRun(rig, UsageObserver.NONE, rig.clock, rig.nanos);
  private final LeasingPredictor predictor =
      new LeasingPredictor(rig.catalog, new BatchedPredictor(queue, rig.lanes));

  @Test
  void predict_moreRowsThanARunTakes_isSplitEvenlyAndJoinedInOrder() {
    CompletableFuture<InferenceResponse> answer = predict(Floats.column(1, 2, 3, 4, 5, 6, 7, 8, 9));
    assertThat(queue.length()).isEqualTo(3);
    runAll();
    assertThat(rig.servable.rows()).containsExactly(3, 3, 3);
    TensorData y = answer.join().outputs().get("y");
    assertThat(y.shape()).isEqualTo(Shape.of(9, 1));
    assertThat(Floats.values(y)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void predict_smallRequests_shareARun() {
    CompletableFuture<InferenceResponse> one = predict(Floats.column(1));
    CompletableFuture<InferenceResponse> two = predict(Floats.column(2, 3));
    runAll();
    assertThat(rig.servable.rows()).containsExactly(3);
    assertThat(Floats.values(one.join().outputs().get("y"))).containsExactly(1);
    assertThat(Floats.values(two.join().outputs().get("y"))).containsExactly(2, 3);
  }

  @Test
  void predict_onePartFails_waitsForAllPartsBeforeTheLeaseIsGivenBack() {
    rig.servable.answering(
        x -> {
          if (Floats.values(x)[0] == 1) {
            throw new ServingException(ErrorReason.VALUE_REJECTED, "no ones");
          }
          return x;
        });
    CompletableFuture<InferenceResponse> answer = predict(Floats.column(1, 2, 3, 4, 5));
    runNext();
    assertThat(answer).isNotDone();
    rig.catalog.aspire(
        rig.request(Floats.column(1), Deadline.NONE, () -> false).model().model(), List.of());
    assertThat(rig.servable.closes()).isZero();
    runAll();
    assertThat(failure(answer).reason()).isEqualTo(ErrorReason.VALUE_REJECTED);
    assertThat(rig.servable.closes()).isEqualTo(1);
  }

  @Test
  void predict_partsGiveOutputsOfUnequalShapes_isToldToSendLess() {
    rig.servable.answering(
        x -> {
          int rows = (int) x.shape().size(0);
          int width = (int) Floats.values(x)[0];
          return Floats.of(Shape.of(rows, width), new float[rows * width]);
        });
    CompletableFuture<InferenceResponse> answer = predict(Floats.column(2, 2, 2, 3, 3, 3));
    runAll();
    assertThat(failure(answer).reason()).isEqualTo(ErrorReason.VALUE_REJECTED);
    assertThat(failure(answer)).hasMessageContaining("send fewer rows at once");
  }

  @Test
  void predict_chainBelowThrows_leaseIsGivenBack() {
    LeasingPredictor broken =
        new LeasingPredictor(
            rig.catalog,
            request -> {
              throw new IllegalStateException("defect");
            });
    InferenceRequest request = rig.request(Floats.column(1), Deadline.NONE, () -> false);
    assertThat(broken.predict(request).toCompletableFuture()).isCompletedExceptionally();
    rig.catalog.aspire(request.model().model(), List.of());
    assertThat(rig.servable.closes()).isEqualTo(1);
  }

  @Test
  void lanes_requestsOfOneKind_shareKeyAndEstimateUntilTheVersionGoes() {
    LeasedRequest one = leased(Floats.column(1));
    LeasedRequest two = leased(Floats.column(2, 3));
    assertThat(rig.lane(one, true)).isEqualTo(rig.lane(two, true));
    assertThat(rig.lane(one, true).rule().maxRows()).isEqualTo(4);
    assertThat(rig.lane(one, false).rule().maxRows()).isEqualTo(1);
    assertThat(rig.lane(one, false).key()).isNotEqualTo(rig.lane(two, true).key());
    Object estimate = rig.lane(one, true).runTime();
    rig.lanes.onChange(rig.catalog.statuses(one.request().model()).get(0));
    assertThat(rig.lane(one, true).runTime()).isSameAs(estimate);
    one.lease().close();
    two.lease().close();
    rig.catalog.subscribe(
        status -> rig.reports.add(status.state() == VersionState.RELEASED ? "released" : "-"));
    rig.catalog.aspire(one.request().model().model(), List.of());
    assertThat(rig.reports).endsWith("released");
    assertThat(rig.lane(one, true).runTime()).isNotSameAs(estimate);
  }

  private LeasedRequest leased(TensorData x) {
    return rig.leased(rig.request(x, Deadline.NONE, () -> false));
  }

  private CompletableFuture<InferenceResponse> predict(TensorData x) {
    return predictor.predict(rig.request(x, Deadline.NONE, () -> false)).toCompletableFuture();
  }

  private void runAll() {
    while (queue.length() > 0) {
      runNext();
    }
  }

  private void runNext() {
    Batch<PredictWork> batch = queue.take();
    runner.run(batch.lane(), batch.work().stream().map(Batch.Waiting::work).toList());
    queue.done(batch);
  }

  private static ServingException failure(CompletableFuture<InferenceResponse> answer) {
    Throwable failure = answer.handle((response, thrown) -> thrown).join();
    return (ServingException)
        (failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
  }
}
