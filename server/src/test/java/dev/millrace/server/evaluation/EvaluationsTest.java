package dev.millrace.server.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.MemoryEvaluationStore;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);

  private final PuppetClock clock = new PuppetClock();
  private final PuppetExecutor executor = new PuppetExecutor();
  private final MemoryEvaluationStore store = new MemoryEvaluationStore();
  private final List<EvaluationSpec> ran = new ArrayList<>();
  private final List<String> callers = new ArrayList<>();
  private Evaluator evaluator = (spec, caller, progress) -> results();

  @Test
  void create_withDefaults_fillsThemInAndRuns() {
    Evaluations evaluations = open();
    Evaluation created = create(evaluations, "");
    assertThat(created.state()).isEqualTo(EvaluationState.RUNNING);
    assertThat(created.resource()).matches("evaluations/e20260101-000000-000-[a-z0-9]{4}");
    assertThat(created.spec())
        .isEqualTo(
            new EvaluationSpec(
                VERSION,
                null,
                "mnist",
                DatasetSplit.TEST,
                0,
                "serving_default",
                "",
                "",
                50,
                List.of(),
                1000,
                42,
                50));
    executor.runAll();
    Evaluation ended = evaluations.get(created.id());
    assertThat(ended.state()).isEqualTo(EvaluationState.SUCCEEDED);
    assertThat(ended.results()).isEqualTo(results());
    assertThat(evaluations.list().get(0).results()).isEqualTo(results().withoutMisread());
  }

  @Test
  void create_several_runsThemInOrderOneAtATime() {
    Evaluations evaluations = open();
    Evaluation first = create(evaluations, "");
    Evaluation second = create(evaluations, "");
    assertThat(second.state()).isEqualTo(EvaluationState.QUEUED);
    assertThat(executor.waiting()).isEqualTo(1);
    executor.runNext();
    assertThat(evaluations.get(first.id()).state()).isEqualTo(EvaluationState.SUCCEEDED);
    assertThat(evaluations.get(second.id()).state()).isEqualTo(EvaluationState.RUNNING);
    executor.runNext();
    assertThat(evaluations.list())
        .extracting(Evaluation::id)
        .containsExactly(second.id(), first.id());
  }

  @Test
  void create_theSameRequestId_getsTheSameAlsoAfterARestart() {
    Evaluation created = create(open(), "mine");
    Evaluations again = open();
    assertThat(create(again, "mine").id()).isEqualTo(created.id());
    assertThat(create(again, "other").id()).isNotEqualTo(created.id());
  }

  @Test
  void create_tooManyWaiting_isOverloaded() {
    Evaluations evaluations = open();
    for (int i = 0; i < 3; i++) {
      create(evaluations, "");
    }
    ServingException refused = refusal(() -> create(evaluations, ""));
    assertThat(refused.reason()).isEqualTo(ErrorReason.OVERLOADED);
    assertThat(refused.retryAfter()).isPresent();
  }

  @Test
  void create_withFieldsOutOfRange_namesEachOfThem() {
    EvaluationOrder order =
        new EvaluationOrder(
            ModelReference.parse("m"),
            Optional.empty(),
            "",
            Optional.empty(),
            -1,
            "",
            "",
            "",
            1001,
            List.of(),
            -2,
            OptionalLong.empty(),
            OptionalInt.of(501));
    ServingException refused = refusal(() -> open().create(order, ""));
    assertThat(refused.reason()).isEqualTo(ErrorReason.PARAMETER_INVALID);
    assertThat(refused.violations())
        .extracting(violation -> violation.field())
        .containsExactly(
            "spec.max_examples", "spec.batch_size", "spec.robustness_examples", "spec.max_misread");
  }

  @Test
  void restart_whileOneRunsAndOneWaits_failsTheFirstAndRunsTheSecond() {
    Evaluations before = open();
    Evaluation running = create(before, "");
    Evaluation waiting = create(before, "");
    PuppetExecutor later = new PuppetExecutor();
    Evaluations after = open(later);
    assertThat(after.get(running.id()).reason()).isEqualTo(ErrorReason.SERVER_RESTARTED);
    assertThat(after.get(waiting.id()).state()).isEqualTo(EvaluationState.RUNNING);
    later.runAll();
    assertThat(after.get(waiting.id()).state()).isEqualTo(EvaluationState.SUCCEEDED);
  }

  @Test
  void close_whileOneRuns_endsItAndKeepsTheOthersWaiting() {
    Evaluations evaluations = open();
    evaluator =
        (spec, caller, progress) -> {
          evaluations.close();
          assertThat(progress.isCancelled()).isTrue();
          throw new ServingException(ErrorReason.CALLER_CANCELLED, "stopped");
        };
    Evaluation running = create(evaluations, "");
    Evaluation waiting = create(evaluations, "");
    executor.runAll();
    assertThat(evaluations.get(running.id()).reason()).isEqualTo(ErrorReason.SERVER_RESTARTED);
    assertThat(store.read(waiting.id()).orElseThrow().state()).isEqualTo(EvaluationState.QUEUED);
    assertThat(refusal(() -> create(evaluations, "")).reason()).isEqualTo(ErrorReason.DRAINING);
  }

  @Test
  void cancel_oneThatWaits_isCancelledAtOnce() {
    Evaluations evaluations = open();
    create(evaluations, "");
    Evaluation waiting = create(evaluations, "");
    assertThat(evaluations.cancel(waiting.id()).state()).isEqualTo(EvaluationState.CANCELLED);
    assertThat(evaluations.cancel(waiting.id()).state()).isEqualTo(EvaluationState.CANCELLED);
    executor.runAll();
    assertThat(ran).hasSize(1);
  }

  @Test
  void cancel_oneThatRuns_isCancelledWhenItStops() {
    Evaluations evaluations = open();
    String[] id = new String[1];
    evaluator =
        (spec, caller, progress) -> {
          assertThat(progress.isCancelled()).isFalse();
          progress.at(new EvaluationProgress(5, 10, "half"));
          assertThat(evaluations.cancel(id[0]).progress())
              .isEqualTo(new EvaluationProgress(5, 10, "half"));
          assertThat(progress.isCancelled()).isTrue();
          throw new ServingException(ErrorReason.CALLER_CANCELLED, "stopped");
        };
    id[0] = create(evaluations, "").id();
    executor.runAll();
    assertThat(evaluations.get(id[0]).state()).isEqualTo(EvaluationState.CANCELLED);
  }

  @Test
  void cancel_oneThatEndedOrNeverWas_isRefused() {
    Evaluations evaluations = open();
    Evaluation created = create(evaluations, "");
    executor.runAll();
    assertThat(refusal(() -> evaluations.cancel(created.id())).reason())
        .isEqualTo(ErrorReason.JOB_FINISHED);
    assertThat(refusal(() -> evaluations.cancel("e1")).reason())
        .isEqualTo(ErrorReason.EVALUATION_NOT_FOUND);
  }

  @Test
  void run_thatIsRefusedOrBreaks_failsWithTheReasonAndTheNextRuns() {
    Evaluations evaluations = open();
    evaluator =
        (spec, caller, progress) -> {
          if (ran.size() == 1) {
            throw new ServingException(ErrorReason.EVALUATION_UNFIT, "no pictures");
          }
          if (ran.size() == 2) {
            throw new IllegalStateException("/secret/path");
          }
          return results();
        };
    Evaluation refused = create(evaluations, "");
    Evaluation broken = create(evaluations, "");
    Evaluation fine = create(evaluations, "");
    executor.runAll();
    assertThat(evaluations.get(refused.id()).reason()).isEqualTo(ErrorReason.EVALUATION_UNFIT);
    assertThat(evaluations.get(refused.id()).message()).isEqualTo("no pictures");
    assertThat(evaluations.get(broken.id()).reason()).isEqualTo(ErrorReason.EVALUATION_FAILED);
    assertThat(evaluations.get(broken.id()).message()).doesNotContain("secret");
    assertThat(evaluations.get(fine.id()).state()).isEqualTo(EvaluationState.SUCCEEDED);
  }

  @Test
  void retention_ofManyThatEnded_forgetsTheOldest() {
    Evaluations evaluations = open();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clock.advance(Duration.ofSeconds(1));
      ids.add(create(evaluations, "request-" + i).id());
      executor.runAll();
    }
    assertThat(evaluations.list())
        .extracting(Evaluation::id)
        .containsExactly(ids.get(5), ids.get(4), ids.get(3), ids.get(2));
    assertThat(store.load())
        .extracting(Evaluation::id)
        .containsExactlyElementsOf(ids.subList(2, 6));
    assertThat(refusal(() -> evaluations.get(ids.get(0))).reason())
        .isEqualTo(ErrorReason.EVALUATION_NOT_FOUND);
    assertThat(create(evaluations, "request-0").id()).isNotEqualTo(ids.get(0));
  }

  @Test
  void evaluation_ofACaller_asksInTheNameOfThatCallerAlsoAfterARestart() {
    EvaluationOrder order = EvaluationOrder.of(ModelReference.parse("m"));
    Evaluations evaluations = open();
    evaluations.create(order, "");
    evaluations.create(order, "", new Caller("key:ann"));
    evaluations.close();
    open();
    executor.runAll();
    assertThat(callers).containsExactly("", "key:ann");
  }

  private Evaluations open() {
    return open(executor);
  }

  private Evaluations open(PuppetExecutor runs) {
    return new Evaluations(
        store,
        (spec, caller, progress) -> {
          ran.add(spec);
          callers.add(caller.id());
          return evaluator.evaluate(spec, caller, progress);
        },
        new NoVersions(),
        name -> {},
        new Evaluations.Limits(2, 4),
        new EvaluationIds(new Random(5)),
        runs,
        clock);
  }

  private static Evaluation create(Evaluations evaluations, String requestId) {
    return evaluations.create(EvaluationOrder.of(ModelReference.parse("m")), requestId);
  }

  private static ServingException refusal(ThrowingCallable call) {
    ServingException error = catchThrowableOfType(ServingException.class, call);
    assertThat(error).isNotNull();
    return error;
  }

  static EvaluationResults results() {
    VersionFigures figures =
        new VersionFigures(
            VERSION,
            "d",
            new Share(1, 2),
            0.5,
            List.of(),
            new ConfusionMatrix(1, List.of(2L)),
            new Calibration(0, 0, List.of()),
            List.of(new MisreadExample(1, 0, 1, 0.9, 0.1, ByteBuffer.wrap(new byte[] {1, 2}))),
            new Latency(1, 2, 3, 4, 5),
            6,
            List.of(new SliceAccuracy("class", "0", new Share(1, 2))),
            List.of());
    return new EvaluationResults("digest", 2, 1, 2, figures, null, null);
  }

  private static final class NoVersions implements VersionAccess {
    @Override
    public VersionId resolve(ModelReference reference) {
      return VERSION;
    }

    @Override
    public Hold hold(VersionId id, BooleanSupplier cancelled) {
      throw new UnsupportedOperationException();
    }
  }
}
