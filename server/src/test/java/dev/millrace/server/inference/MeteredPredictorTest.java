package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.SettingsOf;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MeteredPredictorTest {
  private final InferenceRig rig = new InferenceRig(SettingsOf.batching(8, List.of()));

  @Test
  void predict_answered_isToldWithRowsAndBytesBeforeTheCallerHasIt() {
    CompletableFuture<InferenceResponse> end = new CompletableFuture<>();
    MeteredPredictor metered = new MeteredPredictor(request -> end, rig);
    LeasedRequest leased = leased();
    CompletableFuture<InferenceResponse> answer = metered.predict(leased).toCompletableFuture();
    assertThat(rig.charges).isEmpty();
    end.complete(
        new InferenceResponse(
            leased.lease().id(), "", Map.of("y", Floats.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6))));
    assertThat(answer).isCompleted();
    assertThat(rig.charges).containsExactly("a 3 12 24");
  }

  @Test
  void predict_failed_isNotCounted() {
    MeteredPredictor metered =
        new MeteredPredictor(
            request ->
                CompletableFuture.failedFuture(
                    new ServingException(ErrorReason.OVERLOADED, "no room")),
            rig);
    assertThatThrownBy(() -> metered.predict(leased()).toCompletableFuture().join())
        .hasCauseInstanceOf(ServingException.class);
    assertThat(rig.charges).isEmpty();
  }

  private LeasedRequest leased() {
    return rig.piece(new Caller("a"), 1, 2, 3).leased();
  }
}
