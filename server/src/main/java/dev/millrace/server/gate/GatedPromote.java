package dev.millrace.server.gate;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.Moved;
import dev.millrace.server.rollout.Promote;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Promotion by a person: past the gate only with a reason. Thread-safe. */
public final class GatedPromote {
  private final Promote promote;
  private final Policies policies;
  private final JudgementStore store;
  private final InstantSource clock;

  /** Promotions before a gate. */
  public GatedPromote(
      Promote promote, Policies policies, JudgementStore store, InstantSource clock) {
    this.promote = promote;
    this.policies = policies;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Promotes a version that passed its model's gate, or any where the model has no policy.
   *
   * @param override promotes although the version has not passed; the order must have a reason
   * @throws ServingException GATE_REFUSED, PARAMETER_INVALID for an override without a reason, or
   *     as {@link Promote#promote}
   */
  public Moved promote(
      VersionId id,
      boolean allowBreaking,
      Optional<Duration> bakeTime,
      boolean override,
      ChangeOrder order) {
    Optional<Judgement> judgement = store.find(id);
    boolean free =
        !policies.has(id.model()) || judgement.filter(one -> one.state().hasPassed()).isPresent();
    if (free) {
      return promote.promote(id, allowBreaking, bakeTime, order);
    }
    if (!override) {
      throw refused(id, judgement);
    }
    if (order.reason().isBlank()) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "reason",
                  ErrorReason.PARAMETER_INVALID,
                  "say why the gate is overridden; the history keeps it")));
    }
    Map<String, String> evidence = new TreeMap<>();
    evidence.put("gate", "overridden");
    evidence.put("judgement", judgement.map(Judgement::message).orElse("was not judged"));
    Moved moved = promote.promote(id, allowBreaking, bakeTime, order, evidence);
    judgement.ifPresent(
        one ->
            store.write(
                one.in(
                    JudgementState.OVERRIDDEN,
                    "overridden by " + order.actor() + ": " + order.reason(),
                    clock.instant())));
    return moved;
  }

  private static ServingException refused(VersionId id, Optional<Judgement> judgement) {
    String why =
        judgement
            .map(
                one ->
                    one.state() == JudgementState.EVALUATING
                        ? " is still judged"
                        : " has not passed the gate: " + one.message())
            .orElse(" was not judged yet; have it judged first");
    return new ServingException(
        ErrorReason.GATE_REFUSED,
        id + why + "; or promote it with override_gate and a reason",
        Map.of("model", id.model().id(), "version", Long.toString(id.number())));
  }
}
