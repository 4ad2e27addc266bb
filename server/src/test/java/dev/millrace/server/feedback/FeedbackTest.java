package dev.millrace.server.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FeedbackTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final VersionId SECOND = new VersionId(MODEL, 2);
  private static final double[] NONE = {};
  private static final long[] CONFIDENT = {0, 0, 0, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 10, 80};

  private final PuppetClock clock = new PuppetClock();
  private final FakeJobs jobs = new FakeJobs();
  private final PuppetExecutor later = new PuppetExecutor();
  private Reference reference = new Reference(new long[] {50, 50}, CONFIDENT);
  private FeedbackSettings settings = rule(OptionalDouble.of(0.9), OptionalDouble.empty());
  private final Feedback feedback =
      new Feedback(
          new Feedback.Sources(model -> settings, id -> reference, id -> Optional.empty()),
          new Retraining(jobs, Runnable::run, clock),
          later,
          clock);

  @Test
  void tell_theTruthOfPredictions_countsThemByVersion() {
    answered("a", SECOND, List.of("0", "1"), NONE);
    answered("b", new VersionId(MODEL, 3), List.of("1"), NONE);
    Feedback.Told told = feedback.tell(MODEL, "a", List.of("0", "0"));
    assertThat(told).isEqualTo(new Feedback.Told(SECOND, 1, List.of("0", "1")));
    feedback.tell(MODEL, "b", List.of("1"));
    assertThat(feedback.report(MODEL))
        .extracting(one -> one.version() + ": " + one.told().hits() + " of " + one.told().of())
        .containsExactly("3: 1 of 1", "2: 1 of 2");
  }

  @Test
  void tell_again_takesThePlaceOfWhatWasTold() {
    answered("a", SECOND, List.of("0"), NONE);
    feedback.tell(MODEL, "a", List.of("1"));
    feedback.tell(MODEL, "a", List.of("0"));
    feedback.tell(MODEL, "a", List.of("0"));
    assertThat(feedback.report(MODEL).get(0).told().hits()).isEqualTo(1);
    assertThat(feedback.report(MODEL).get(0).told().of()).isEqualTo(1);
  }

  @Test
  void tell_whatIsNotRemembered_isNotFound() {
    answered("a", SECOND, List.of("0"), NONE);
    assertThat(refusal("other", "0").reason()).isEqualTo(ErrorReason.PREDICTION_NOT_FOUND);
    clock.advance(Duration.ofMinutes(10));
    assertThat(refusal("a", "0").reason()).isEqualTo(ErrorReason.PREDICTION_NOT_FOUND);
  }

  @Test
  void tell_moreLabelsThanExamples_isRefused() {
    answered("a", SECOND, List.of("0"), NONE);
    ServingException refused =
        catchThrowableOfType(
            ServingException.class, () -> feedback.tell(MODEL, "a", List.of("0", "1")));
    assertThat(refused.reason()).isEqualTo(ErrorReason.PARAMETER_INVALID);
    assertThat(refused.violations().get(0).description())
        .isEqualTo("the prediction was of 1 examples, and there are 2 labels");
    assertThat(refusal("a", "").reason()).isEqualTo(ErrorReason.PARAMETER_INVALID);
  }

  @Test
  void answered_moreThanAreKept_forgetsTheOldest() {
    for (int i = 0; i < 7; i++) {
      answered("p" + i, SECOND, List.of("0"), NONE);
    }
    assertThat(feedback.waiting(MODEL)).isEqualTo(5);
    assertThat(refusal("p1", "0").reason()).isEqualTo(ErrorReason.PREDICTION_NOT_FOUND);
    assertThat(feedback.tell(MODEL, "p2", List.of("0")).right()).isEqualTo(1);
  }

  @Test
  void answered_ofAModelThatTakesNone_keepsNothing() {
    settings = FeedbackSettings.OFF;
    answered("a", SECOND, List.of("0"), NONE);
    assertThat(feedback.waiting(MODEL)).isZero();
    assertThat(feedback.report(MODEL)).isEmpty();
    assertThat(refusal("a", "0").message()).contains("feedback.keep");
  }

  @Test
  void report_answersUnlikeTheReference_showsDrift() {
    for (int i = 0; i < 200; i++) {
      answered("", SECOND, List.of("0"), new double[] {0.3});
    }
    VersionFeedback report = feedback.report(MODEL).get(0);
    assertThat(report.answered()).isEqualTo(200);
    assertThat(report.classPsi()).isGreaterThan(1);
    assertThat(report.confidenceKs()).isGreaterThan(0.8);
    assertThat(report.confidencePValue()).isLessThan(0.001);
    assertThat(feedback.waiting(MODEL)).isZero();
  }

  @Test
  void retrain_accuracyBelowTheBar_startsOneJobAndNoOtherBeforeTheCoolDown() {
    tellWrong(2);
    assertThat(jobs.started).isEmpty();
    tellWrong(1);
    assertThat(jobs.started).hasSize(1);
    assertThat(jobs.started.get(0))
        .startsWith("m version 2: online accuracy is 0.0000 (95 %: 0.0000 to")
        .endsWith("of 3 predictions, below 0.9000");
    tellWrong(3);
    assertThat(jobs.started).hasSize(1);
    clock.advance(Duration.ofHours(1));
    jobs.underWay = true;
    tellWrong(1);
    assertThat(jobs.started).hasSize(1);
    jobs.underWay = false;
    tellWrong(1);
    assertThat(jobs.started).hasSize(2);
  }

  @Test
  void retrain_ofAVersionThatDoesNotAnswerAlone_doesNotStart() {
    jobs.answers = false;
    tellWrong(5);
    assertThat(jobs.started).isEmpty();
  }

  @Test
  void retrain_driftAboveTheBar_startsAJob() {
    settings = rule(OptionalDouble.empty(), OptionalDouble.of(0.25));
    for (int i = 0; i < 50; i++) {
      answered("", SECOND, List.of("1"), NONE);
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(jobs.started).hasSize(1);
    assertThat(jobs.started.get(0)).contains("the answers have drifted: PSI is");
  }

  @Test
  void report_ofAVersionThatIsMeasuredLater_showsTheDriftOfAllItsAnswers() {
    reference = Reference.NONE;
    for (int i = 0; i < 200; i++) {
      answered("", SECOND, List.of("0"), new double[] {0.3});
    }
    assertThat(feedback.report(MODEL).get(0).classPsi()).isNaN();
    reference = new Reference(new long[] {50, 50}, CONFIDENT);
    clock.advance(Duration.ofSeconds(6));
    assertThat(feedback.report(MODEL).get(0).classPsi()).isGreaterThan(1);
  }

  @Test
  void answered_withOldSettings_doesNotWaitForTheNewOnes() {
    answered("a", SECOND, List.of("0"), NONE);
    clock.advance(Duration.ofSeconds(6));
    settings = FeedbackSettings.OFF;
    answered("b", SECOND, List.of("0"), NONE);
    assertThat(feedback.waiting(MODEL)).isEqualTo(2);
    later.runAll();
    answered("c", SECOND, List.of("0"), NONE);
    assertThat(feedback.waiting(MODEL)).isEqualTo(2);
  }

  @Test
  void retrain_inputsThatHaveDrifted_startAJob() {
    settings = rule(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.of(0.25));
    feedback.expect(SECOND);
    later.runAll();
    asked(InputWatch.LEARNED + 100, 1);
    assertThat(jobs.started).isEmpty();
    asked(300, 5);
    assertThat(jobs.started).hasSize(1);
    assertThat(jobs.started.get(0)).contains("the inputs have drifted: PSI of 'x.m");
  }

  private void asked(int requests, float value) {
    for (int i = 0; i < requests; i++) {
      ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putFloat(value + i % 10).flip();
      TensorData tensor = TensorData.ofBytes(DataType.FLOAT32, Shape.of(1, 1), bytes);
      feedback.asked(SECOND, Map.of("x", tensor));
      clock.advance(Duration.ofMillis(500));
    }
  }

  private void answered(String name, VersionId id, List<String> labels, double[] confidence) {
    feedback.answered(id, labels, confidence);
    if (!name.isEmpty()) {
      feedback.remember(name, id, labels);
    }
  }

  private void tellWrong(int count) {
    for (int i = 0; i < count; i++) {
      clock.advance(Duration.ofSeconds(1));
      answered("w", SECOND, List.of("0"), NONE);
      clock.advance(Duration.ofSeconds(1));
      feedback.tell(MODEL, "w", List.of("1"));
    }
  }

  private ServingException refusal(String name, String label) {
    ServingException error =
        catchThrowableOfType(
            ServingException.class, () -> feedback.tell(MODEL, name, List.of(label)));
    assertThat(error).isNotNull();
    return error;
  }

  private static FeedbackSettings rule(OptionalDouble accuracy, OptionalDouble psi) {
    return rule(accuracy, psi, OptionalDouble.empty());
  }

  private static FeedbackSettings rule(
      OptionalDouble accuracy, OptionalDouble psi, OptionalDouble inputs) {
    int least = inputs.isPresent() ? 50 : 3;
    return new FeedbackSettings(
        5,
        Duration.ofMinutes(10),
        Optional.of(new RetrainRule(least, accuracy, psi, inputs, Duration.ofHours(1))));
  }

  private final class FakeJobs implements Retraining.Jobs {
    private final List<String> started = new ArrayList<>();
    private Optional<Instant> last = Optional.empty();
    private boolean answers = true;
    private boolean underWay;

    @Override
    public boolean answers(VersionId id) {
      return answers;
    }

    @Override
    public Optional<Instant> last(ModelName model) {
      return last;
    }

    @Override
    public boolean isUnderWay(ModelName model) {
      return underWay;
    }

    @Override
    public void start(VersionId id, String reason) {
      started.add(id + ": " + reason);
      last = Optional.of(clock.instant());
    }
  }
}
