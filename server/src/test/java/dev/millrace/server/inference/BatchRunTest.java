package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import dev.millrace.server.testing.SettingsOf;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchRunTest {
  private InferenceRig rig = new InferenceRig(SettingsOf.batching(8, List.of()));

  @Test
  void run_severalPieces_getTheirRowsBackInOrder() {
    PredictWork one = rig.piece(1);
    PredictWork two = rig.piece(2, 3);
    PredictWork three = rig.piece(4);
    run(one, two, three);
    assertThat(rig.servable.rows()).containsExactly(4);
    assertThat(InferenceRig.y(one)).containsExactly(1);
    assertThat(InferenceRig.y(two)).containsExactly(2, 3);
    assertThat(InferenceRig.y(three)).containsExactly(4);
    assertThat(rig.reports).containsExactly("ran 4");
  }

  @Test
  void run_allowedSizes_padsWithTheLastRowAndTakesItAwayAgain() {
    rig = new InferenceRig(SettingsOf.batching(0, List.of(4, 8)));
    float[][] seen = new float[1][];
    rig.servable.answering(
        x -> {
          seen[0] = Floats.values(x);
          return x;
        });
    PredictWork one = rig.piece(1);
    PredictWork two = rig.piece(2, 3);
    run(one, two);
    assertThat(seen[0]).containsExactly(1, 2, 3, 3);
    assertThat(InferenceRig.y(two)).containsExactly(2, 3);
    PredictWork alone = rig.piece(5);
    run(alone);
    assertThat(seen[0]).containsExactly(5, 5, 5, 5);
    assertThat(InferenceRig.y(alone)).containsExactly(5);
  }

  @Test
  void run_oneGuiltyPiece_failsAlone() {
    refuseNegatives();
    PredictWork good = rig.piece(1);
    PredictWork guilty = rig.piece(-1);
    PredictWork alsoGood = rig.piece(2);
    run(good, guilty, alsoGood);
    assertThat(InferenceRig.y(good)).containsExactly(1);
    assertThat(InferenceRig.y(alsoGood)).containsExactly(2);
    assertThat(failure(guilty)).isInstanceOf(ServingException.class);
    assertThat(rig.servable.rows()).containsExactly(3, 1, 1, 1);
  }

  @Test
  void run_severalCallers_areChargedByTheirRows() {
    rig.servable.answering(
        x -> {
          rig.nanos.pass(Duration.ofNanos(400));
          return x;
        });
    run(rig.piece(new Caller("a"), 1), rig.piece(new Caller("b"), 2, 3, 4));
    assertThat(rig.charges).containsExactly("a 100", "b 300");
  }

  @Test
  void run_modelRefuses_theTimeIsChargedAllTheSame() {
    rig.servable.answering(
        x -> {
          rig.nanos.pass(Duration.ofNanos(50));
          throw new ServingException(ErrorReason.VALUE_REJECTED, "no");
        });
    run(rig.piece(new Caller("a"), 1));
    assertThat(rig.charges).containsExactly("a 50");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8})
  void run_outputWithoutRows_runsEachAlone(int allowed) {
    rig =
        new InferenceRig(
            SettingsOf.batching(allowed == 0 ? 8 : 0, allowed == 0 ? List.of() : List.of(allowed)));
    rig.servable.answering(x -> Floats.of(Shape.of(), x.shape().size(0)));
    PredictWork one = rig.piece(1);
    PredictWork two = rig.piece(1, 2);
    run(one, two);
    assertThat(InferenceRig.y(one)).containsExactly(1);
    assertThat(InferenceRig.y(two)).containsExactly(2);
    assertThat(rig.servable.rows()).containsExactly(allowed == 0 ? 3 : allowed, 1, 2);
  }

  @Test
  void run_wholeOrInParts_onlyTheWholeRunTellsHowLongRunsTake() {
    refuseNegatives();
    assertThat(run(rig.piece(1), rig.piece(2))).isTrue();
    assertThat(run(rig.piece(1), rig.piece(-1))).isFalse();
    assertThat(run(rig.piece(-1))).isFalse();
  }

  @Test
  void run_outputWithoutRowsAndAGuiltyPiece_failsThatPieceAlone() {
    rig.servable.answering(
        x -> {
          if (Floats.values(x).length == 1 && Floats.values(x)[0] < 0) {
            throw new ServingException(ErrorReason.INTERNAL, "broken by it");
          }
          return Floats.of(Shape.of(), 7);
        });
    PredictWork guilty = rig.piece(-1);
    PredictWork good = rig.piece(1);
    run(guilty, good);
    assertThat(failure(guilty)).hasMessage("broken by it");
    assertThat(InferenceRig.y(good)).containsExactly(7);
  }

  @Test
  void run_modelFails_failsAllWithoutRunningAgain() {
    rig.servable.answering(
        x -> {
          throw new ServingException(ErrorReason.INTERNAL, "broken");
        });
    PredictWork one = rig.piece(1);
    PredictWork two = rig.piece(2);
    run(one, two);
    assertThat(failure(one)).hasMessage("broken");
    assertThat(failure(two)).hasMessage("broken");
    assertThat(rig.servable.rows()).hasSize(1);
  }

  @Test
  void run_defectOfAnyKind_answersEveryPiece() {
    for (Throwable defect :
        List.of(new IllegalStateException(), new AssertionError(), new StackOverflowError())) {
      rig.servable.answering(x -> sneak(defect));
      PredictWork one = rig.piece(1);
      PredictWork two = rig.piece(2);
      run(one, two);
      assertThat(failure(one)).isSameAs(defect);
      assertThat(failure(two)).isSameAs(defect);
    }
  }

  @Test
  void run_deadlinePassedSinceItWasTaken_isDroppedAndTheOthersRun() {
    Deadline passed = new Deadline(rig.clock.instant());
    PredictWork late = rig.piece(passed, () -> false, 1);
    PredictWork inTime = rig.piece(2);
    run(late, inTime);
    assertThat(InferenceRig.y(inTime)).containsExactly(2);
    assertThatThrownBy(() -> late.answer().join()).hasMessageContaining("deadline passed");
    assertThat(rig.reports).contains("dropped EXPIRED", "ran 1").doesNotContain("expired run");
  }

  @Test
  void run_callerGoneOrDeadlinePassedMeanwhile_isReportedAsWasted() {
    rig.servable.taking(rig.nanos, rows -> Duration.ofMillis(40));
    rig.servable.answering(
        x -> {
          rig.clock.advance(Duration.ofMillis(40));
          return x;
        });
    Deadline soon = new Deadline(rig.clock.instant().plusMillis(10));
    run(rig.piece(Deadline.NONE, () -> true, 1), rig.piece(soon, () -> false, 2, 3), rig.piece(4));
    assertThat(rig.reports)
        .containsExactly("ran 4", "wasted CANCELLED 10 ms", "wasted EXPIRED 20 ms");
  }

  private void refuseNegatives() {
    rig.servable.answering(
        x -> {
          for (float value : Floats.values(x)) {
            if (value < 0) {
              throw new ServingException(ErrorReason.VALUE_REJECTED, "negative");
            }
          }
          return x;
        });
  }

  @CanIgnoreReturnValue
  private boolean run(PredictWork... work) {
    return new BatchRun(rig, rig, rig.clock, rig.nanos).run(work[0].lane(), List.of(work));
  }

  private static Throwable failure(PredictWork piece) {
    return piece.answer().handle((answer, failure) -> failure).join();
  }

  private static TensorData sneak(Throwable defect) {
    if (defect instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) defect;
  }
}
