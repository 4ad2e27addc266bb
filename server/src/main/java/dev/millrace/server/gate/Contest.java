package dev.millrace.server.gate;

import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationOrder;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.EvaluationSpec;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Registry;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Measures versions beside those that answer now. Thread-safe. */
public final class Contest {
  private final Evaluations evaluations;
  private final Registry registry;
  private final Function<ModelName, SortedSet<Long>> versions;
  private final ToLongFunction<VersionId> sizes;

  /**
   * A contest.
   *
   * @param versions numbers of a model's versions that are whole
   * @param sizes bytes of a version's files; 0 when not known
   */
  public Contest(
      Evaluations evaluations,
      Registry registry,
      Function<ModelName, SortedSet<Long>> versions,
      ToLongFunction<VersionId> sizes) {
    this.evaluations = evaluations;
    this.registry = registry;
    this.versions = versions;
    this.sizes = sizes;
  }

  /**
   * Whom a version is compared with: the champion, or, where none was promoted, the newest version
   * before it. Nobody for the champion itself and for a first version.
   */
  Optional<VersionId> against(VersionId id) {
    OptionalLong champion = registry.get(id.model()).champion();
    if (champion.isPresent()) {
      return champion.getAsLong() == id.number()
          ? Optional.empty()
          : Optional.of(new VersionId(id.model(), champion.getAsLong()));
    }
    SortedSet<Long> before = versions.apply(id.model()).headSet(id.number());
    return before.isEmpty()
        ? Optional.empty()
        : Optional.of(new VersionId(id.model(), before.last()));
  }

  /**
   * Creates the evaluation that a policy asks for.
   *
   * @throws ServingException as {@link Evaluations#create}
   */
  Evaluation measure(VersionId id, Optional<VersionId> against, GatePolicy policy, Caller caller) {
    Examples examples = policy.examples();
    return evaluations.create(
        new EvaluationOrder(
            reference(id),
            against.map(Contest::reference),
            examples.dataset(),
            Optional.of(examples.split()),
            examples.count(),
            "",
            "",
            "",
            0,
            policy.disturbances(),
            examples.disturbed(),
            OptionalLong.empty(),
            OptionalInt.empty()),
        "",
        caller);
  }

  Optional<Evaluation> find(String evaluation) {
    try {
      return Optional.of(evaluations.get(evaluation));
    } catch (ServingException forgotten) {
      return Optional.empty();
    }
  }

  /** True when an evaluation measured what a policy asks for, and against whom it would now. */
  boolean fits(EvaluationSpec spec, GatePolicy policy) {
    Examples examples = policy.examples();
    return spec.dataset().equals(examples.dataset())
        && spec.split() == examples.split()
        && spec.maxExamples() == examples.count()
        && spec.signature().equals(Signature.DEFAULT_NAME)
        && spec.disturbances().containsAll(policy.disturbances())
        && (policy.disturbances().isEmpty() || spec.robustnessExamples() == examples.disturbed())
        && Objects.equals(spec.baseline(), against(spec.version()).orElse(null));
  }

  Decision decide(GatePolicy policy, Evaluation ended) {
    EvaluationResults results = Objects.requireNonNull(ended.results());
    VersionId baseline = ended.spec().baseline();
    return Decision.of(
        policy,
        results,
        new long[] {
          sizes.applyAsLong(ended.spec().version()),
          baseline == null ? 0 : sizes.applyAsLong(baseline)
        });
  }

  private static ModelReference reference(VersionId id) {
    return new ModelReference(id.model(), new VersionChoice.Exact(id.number()));
  }
}
