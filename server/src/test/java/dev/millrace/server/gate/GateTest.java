package dev.millrace.server.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.evaluation.EvaluationIds;
import dev.millrace.server.evaluation.EvaluationOrder;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.evaluation.VersionAccess;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.testing.MemoryEvaluationStore;
import dev.millrace.server.testing.MemoryJudgementStore;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.ModelPublisher;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class GateTest {
  private final PuppetClock clock = new PuppetClock();
  private final MemoryEvaluationStore measurements = new MemoryEvaluationStore();
  private final MemoryJudgementStore judgements = new MemoryJudgementStore();
  private final Registry registry = new Registry(new MemoryRegistryStore(), clock);
  private final SortedSet<Long> versions = new TreeSet<>(List.of(1L, 2L));
  private final List<String> promoted = new ArrayList<>();
  private PuppetExecutor executor = new PuppetExecutor();
  private Optional<String> policy = Optional.of("champion: {accuracy-loss: 0.01}");
  private EvaluationResults results = Figures.beside(960, 950);
  private Optional<ServingException> refusal = Optional.empty();
  private Evaluations evaluations;
  private Gate gate;

  GateTest() {
    promote(1);
    open();
  }

  @Test
  void published_aBetterVersion_isMeasuredJudgedAndPromoted() {
    gate.onPublished(Figures.version(2));
    assertThat(judgement(2).state()).isEqualTo(JudgementState.EVALUATING);
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
    assertThat(judgement(2).champion()).isEqualTo(1);
    assertThat(promoted).containsExactly("2 in place of 1: passed the gate");
    assertThat(history()).contains(HistoryAction.GATE_PASSED);
  }

  @Test
  void published_aWorseVersion_isRefusedWithWhatFellShort() {
    results = Figures.beside(900, 950);
    gate.onPublished(Figures.version(2));
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.REFUSED);
    assertThat(judgement(2).message()).startsWith("fell short: its accuracy is -5.00 points");
    assertThat(promoted).isEmpty();
    assertThat(history()).contains(HistoryAction.GATE_REFUSED);
    HistoryEvent told = registry.history(Figures.MODEL, Long.MAX_VALUE, 1).get(0);
    assertThat(told.reason()).isEqualTo(judgement(2).message());
    assertThat(told.evidence()).containsKeys("champion.accuracy-loss", "evaluation");
  }

  @Test
  void published_byATryThatEndedBeforeTheGateHeard_isJudgedOnce() {
    ModelPublisher earlierTry =
        new ModelPublisher() {
          @Override
          public Optional<VersionId> published(JobRecord job) {
            return Optional.of(Figures.version(2));
          }

          @Override
          public VersionId publish(JobRecord job, TrainedModel model, Path exportDirectory) {
            throw new AssertionError("it is published already");
          }
        };
    GatedPublisher publisher =
        new GatedPublisher(earlierTry, new Policies(model -> policy), name -> {}, gate);
    TrainingSpec spec = new TrainingSpec(Figures.MODEL, "mnist-cnn", new TreeMap<>(), 1, "mnist");
    JobRecord job = new JobRecord("j1", spec, "", clock.instant());
    assertThat(publisher.published(job)).contains(Figures.version(2));
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
    assertThat(publisher.published(job)).contains(Figures.version(2));
    assertThat(evaluations.list()).hasSize(1);
  }

  @Test
  void published_toldAgain_isJudgedOnce() {
    gate.onPublished(Figures.version(2));
    gate.onPublished(Figures.version(2));
    executor.runAll();
    gate.onPublished(Figures.version(2));
    assertThat(evaluations.list()).hasSize(1);
    assertThat(promoted).hasSize(1);
  }

  @Test
  void publisher_ofAJobThatHadPublished_bringsItBeforeTheGate() {
    GatedPublisher publisher =
        new GatedPublisher(
            new ModelPublisher() {
              @Override
              public Optional<VersionId> published(JobRecord job) {
                return Optional.of(Figures.version(2));
              }

              @Override
              public VersionId publish(JobRecord job, TrainedModel model, Path export) {
                return Figures.version(2);
              }
            },
            new Policies(model -> policy),
            model -> {},
            gate);
    JobRecord job =
        new JobRecord(
            "j1",
            new TrainingSpec(Figures.MODEL, "recipe", new TreeMap<>(), 1, "mnist"),
            "",
            clock.instant());
    assertThat(publisher.published(job)).contains(Figures.version(2));
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
  }

  @Test
  void published_ofAModelWithoutAPolicy_isNotJudged() {
    policy = Optional.empty();
    gate.onPublished(Figures.version(2));
    assertThat(judgements.find(Figures.version(2))).isEmpty();
    assertThat(evaluations.list()).isEmpty();
  }

  @Test
  void judge_ofAModelWithoutAPolicy_usesTheDefault() {
    policy = Optional.empty();
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
    assertThat(judgement(2).policyDigest()).isEmpty();
  }

  @Test
  void judge_heldOrByAPolicyThatPromotesNothing_leavesItToAPerson() {
    gate.judge(Figures.version(2), false, Caller.UNKNOWN);
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PASSED);
    policy = Optional.of("promote: none");
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PASSED);
    assertThat(promoted).isEmpty();
  }

  @Test
  void judge_whenTheChampionChangesMeanwhile_judgesAgainAgainstTheNewOne() {
    versions.add(3L);
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    promote(3);
    executor.runNext();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.EVALUATING);
    assertThat(judgement(2).champion()).isEqualTo(3);
    assertThat(promoted).isEmpty();
    executor.runAll();
    assertThat(promoted).containsExactly("2 in place of 3: passed the gate");
  }

  @Test
  void judge_whatCannotBePromoted_isStoppedAndToldWhy() {
    refusal =
        Optional.of(new ServingException(ErrorReason.SIGNATURE_BREAKING, "it would break callers"));
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.STOPPED);
    assertThat(judgement(2).message())
        .isEqualTo("it could not be promoted: it would break callers");
    assertThat(history()).startsWith(HistoryAction.GATE_STOPPED);
  }

  @Test
  void judge_whatCannotBeMeasured_fails() {
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    evaluations.cancel(judgement(2).evaluation());
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.FAILED);
    assertThat(judgement(2).message())
        .isEqualTo("it could not be measured: the evaluation was cancelled");
  }

  @Test
  void judge_withAPolicyThatCannotBeUsed_isRefusedOrFailsWithTheLine() {
    policy = Optional.of("bars:\n  nonsense: 1");
    ServingException refused =
        catchThrowableOfType(
            ServingException.class, () -> gate.judge(Figures.version(2), true, Caller.UNKNOWN));
    assertThat(refused.reason()).isEqualTo(ErrorReason.SETTINGS_INVALID);
    gate.onPublished(Figures.version(2));
    assertThat(judgement(2).state()).isEqualTo(JudgementState.FAILED);
    assertThat(judgement(2).message()).contains("line 2");
  }

  @Test
  void evaluated_byAPersonAsThePolicySays_isJudgedAndPromotesWhatIsNewer() {
    evaluate(2, Optional.of(1L), 0);
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
  }

  @Test
  void evaluated_byAPersonOtherwise_isNotJudged() {
    evaluate(2, Optional.empty(), 0);
    evaluate(2, Optional.of(1L), 10);
    assertThat(judgements.find(Figures.version(2))).isEmpty();
  }

  @Test
  void evaluated_aVersionOlderThanTheChampion_isJudgedAndNotPromoted() {
    promote(2);
    evaluate(1, Optional.of(2L), 0);
    assertThat(judgement(1).state()).isEqualTo(JudgementState.PASSED);
    assertThat(promoted).isEmpty();
  }

  @Test
  void resume_afterAStopAtAnyState_goesOn() {
    gate.judge(Figures.version(2), true, Caller.UNKNOWN);
    executor = new PuppetExecutor();
    open();
    gate.resume();
    executor.runAll();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);

    judgements.write(judgement(2).in(JudgementState.PROMOTING, "passed", clock.instant()));
    open();
    gate.resume();
    assertThat(judgement(2).state()).isEqualTo(JudgementState.PROMOTED);
    assertThat(promoted).hasSize(2);
  }

  @Test
  void refused_whereThereIsNoChampion_theVersionBeforeIsHeld() {
    versions.add(5L);
    versions.add(6L);
    registry.change(
        Figures.MODEL,
        "",
        record -> record.withoutVersion(1),
        before -> event(HistoryAction.DELETED));
    versions.remove(1L);
    results = Figures.beside(100, 950);
    gate.judge(Figures.version(6), true, Caller.UNKNOWN);
    assertThat(judgement(6).champion()).isEqualTo(5);
    executor.runAll();
    assertThat(judgement(6).state()).isEqualTo(JudgementState.REFUSED);
    assertThat(promoted)
        .containsExactly("5 in place of 0: stays, since m version 6 fell short at the gate");
  }

  private void evaluate(long version, Optional<Long> baseline, int examples) {
    evaluations.create(
        new EvaluationOrder(
            reference(version),
            baseline.map(GateTest::reference),
            "",
            Optional.of(dev.millrace.server.evaluation.DatasetSplit.VALIDATION),
            examples,
            "",
            "",
            "",
            0,
            List.of(),
            0,
            java.util.OptionalLong.empty(),
            java.util.OptionalInt.empty()),
        "");
    executor.runAll();
  }

  private static ModelReference reference(long version) {
    return new ModelReference(Figures.MODEL, new VersionChoice.Exact(version));
  }

  private void open() {
    evaluations =
        new Evaluations(
            measurements,
            (spec, caller, progress) -> results,
            new ExactVersions(),
            name -> {},
            new Evaluations.Limits(10, 10),
            new EvaluationIds(new Random(5)),
            task -> executor.execute(task),
            clock);
    Promoter promoter =
        new Promoter() {
          @Override
          public CompletionStage<Void> promote(
              VersionId id, long from, String reason, Map<String, String> evidence) {
            if (refusal.isPresent()) {
              return CompletableFuture.failedFuture(refusal.get());
            }
            promoted.add(id.number() + " in place of " + from + ": " + reason);
            return CompletableFuture.completedFuture(null);
          }
        };
    gate =
        new Gate(
            new Policies(model -> policy),
            judgements,
            new Contest(evaluations, registry, model -> versions, id -> 1L << 20),
            new DirectAscent(registry, promoter),
            new GateHistory(registry),
            clock);
    evaluations.onEnd(gate::onEvaluated);
  }

  private void promote(long version) {
    registry.change(
        Figures.MODEL,
        "",
        record ->
            record.promoted(version, clock.instant(), clock.instant().plus(Duration.ofMinutes(1))),
        before -> event(HistoryAction.PROMOTED));
  }

  private static HistoryEvent event(HistoryAction action) {
    return HistoryEvent.of(Figures.MODEL, "test", action, 0, 0, "", Map.of());
  }

  private List<HistoryAction> history() {
    return registry.history(Figures.MODEL, Long.MAX_VALUE, 10).stream()
        .map(HistoryEvent::action)
        .toList();
  }

  private Judgement judgement(long version) {
    return judgements.find(Figures.version(version)).orElseThrow();
  }

  private static final class ExactVersions implements VersionAccess {
    @Override
    public VersionId resolve(ModelReference reference) {
      return new VersionId(reference.model(), ((VersionChoice.Exact) reference.choice()).number());
    }

    @Override
    public Hold hold(VersionId id, BooleanSupplier cancelled) {
      throw new UnsupportedOperationException();
    }
  }
}
