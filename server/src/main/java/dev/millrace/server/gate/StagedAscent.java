package dev.millrace.server.gate;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.rollout.CanaryCounts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes versions up by way of shadow and canary, where their policy says so: copies first, until
 * enough of them were compared; then a share of the callers, until it has answered enough of them;
 * then the champion's place. One version of a model at a time; a later one takes its place. After a
 * restart the stage is begun anew. Thread-safe; {@link #tick} is called by one thread.
 */
public final class StagedAscent implements Ascent {
  private static final Logger log = LoggerFactory.getLogger(StagedAscent.class);

  private final DirectAscent direct;
  private final Registry registry;
  private final StageTraffic traffic;
  private final Function<ModelName, Optional<Copies>> copies;
  private final CanaryCounts canaries;
  private final InstantSource clock;
  private final Map<ModelName, Climb> climbs = new ConcurrentHashMap<>();

  private record Climb(
      Judgement judgement, Rehearsal rehearsal, Listener listener, boolean canary, Instant until) {
    VersionId id() {
      return judgement.version();
    }
  }

  /**
   * An ascent by stages.
   *
   * @param direct makes the last step, and the only one where the policy names no stages
   * @param copies what a model's shadow has shown; empty without one
   */
  public StagedAscent(
      DirectAscent direct,
      Registry registry,
      StageTraffic traffic,
      Function<ModelName, Optional<Copies>> copies,
      CanaryCounts canaries,
      InstantSource clock) {
    this.direct = direct;
    this.registry = registry;
    this.traffic = traffic;
    this.copies = copies;
    this.canaries = canaries;
    this.clock = clock;
  }

  @Override
  public void begin(Judgement judgement, GatePolicy policy, Listener listener) {
    ModelName model = judgement.version().model();
    // Without a champion there is nobody to share callers with.
    if (policy.promotion() != Promotion.SHADOW_THEN_CANARY
        || registry.get(model).champion().isEmpty()) {
      direct.begin(judgement, policy, listener);
      return;
    }
    Climb before = climbs.remove(model);
    if (before != null && !before.id().equals(judgement.version())) {
      stop(before, judgement.version() + " took its place");
    }
    if (judgement.state() == JudgementState.CANARYING) {
      beginCanary(judgement, policy.rehearsal(), listener, "");
    } else {
      beginShadow(judgement, policy.rehearsal(), listener);
    }
  }

  @Override
  public void hold(VersionId id, VersionId newer) {
    direct.hold(id, newer);
  }

  /** Looks how far each version is. Never throws. */
  public void tick() {
    climbs.forEach(
        (model, climb) -> {
          try {
            look(climb);
          } catch (RuntimeException defect) {
            log.error("the way up of {} cannot be looked at", climb.id(), defect);
          }
        });
  }

  private void beginShadow(Judgement judgement, Rehearsal rehearsal, Listener listener) {
    try {
      traffic.shadow(judgement.version(), rehearsal.shadowShare());
    } catch (ServingException refused) {
      listener.onState(JudgementState.STOPPED, refused.message());
      return;
    }
    listener.onState(
        JudgementState.SHADOWING,
        "answers copies of requests until " + rehearsal.shadowExamples() + " were compared");
    climbs.put(
        judgement.version().model(),
        new Climb(
            judgement, rehearsal, listener, false, clock.instant().plus(rehearsal.patience())));
  }

  private void beginCanary(
      Judgement judgement, Rehearsal rehearsal, Listener listener, String shown) {
    try {
      canaries.begin(judgement.version());
      traffic.canary(judgement.version(), rehearsal.canaryShare());
    } catch (ServingException refused) {
      canaries.end(judgement.version());
      climbs.remove(judgement.version().model());
      listener.onState(JudgementState.STOPPED, refused.message());
      return;
    }
    listener.onState(
        JudgementState.CANARYING,
        shown + "answers a share of the callers until it has had " + rehearsal.canaryRequests());
    climbs.put(
        judgement.version().model(),
        new Climb(
            judgement, rehearsal, listener, true, clock.instant().plus(rehearsal.patience())));
  }

  private void look(Climb climb) {
    VersionId id = climb.id();
    if (registry.get(id.model()).champion().orElse(0) != climb.judgement().champion()) {
      end(climb);
      climb.listener().onSuperseded();
    } else if (!traffic.has(id, climb.canary())) {
      stop(climb, "somebody else changed the traffic");
    } else if (climb.canary()) {
      lookAtCanary(climb);
    } else {
      lookAtShadow(climb);
    }
  }

  private void lookAtShadow(Climb climb) {
    Rehearsal rehearsal = climb.rehearsal();
    Copies seen =
        copies
            .apply(climb.id().model())
            .filter(one -> one.version() == climb.id().number())
            .orElse(new Copies(climb.id().number(), 0, 0, 0, 0));
    if (seen.compared() < rehearsal.shadowExamples()) {
      if (!clock.instant().isBefore(climb.until())) {
        stop(climb, "only " + seen.compared() + " examples were compared in time");
      }
    } else if (seen.failureRate() > rehearsal.maxErrorRate()) {
      stop(climb, "failed " + seen.failed() + " of its copies");
    } else if (seen.agreement() < rehearsal.minAgreement()) {
      stop(
          climb,
          "agreed with the champion on "
              + RuleResult.number(seen.agreement())
              + " of "
              + seen.compared()
              + " examples, not at least "
              + RuleResult.number(rehearsal.minAgreement()));
    } else {
      beginCanary(
          climb.judgement(),
          rehearsal,
          climb.listener(),
          "agreed with the champion on " + RuleResult.number(seen.agreement()) + "; ");
    }
  }

  private void lookAtCanary(Climb climb) {
    Rehearsal rehearsal = climb.rehearsal();
    CanaryCounts.Counted counted = canaries.of(climb.id());
    // More failures than the whole number of requests allows: no need to wait for the rest.
    double most =
        rehearsal.maxErrorRate() * Math.max(rehearsal.canaryRequests(), counted.requests());
    if (counted.failed() > most) {
      stop(climb, "failed " + counted.failed() + " of " + counted.requests() + " callers");
    } else if (counted.requests() >= rehearsal.canaryRequests()) {
      end(climb);
      direct.promote(
          climb.judgement(),
          "answered " + counted.answered() + " of " + counted.requests() + " callers",
          climb.listener());
    } else if (!clock.instant().isBefore(climb.until())) {
      stop(climb, "had only " + counted.requests() + " callers in time");
    }
  }

  private void stop(Climb climb, String why) {
    end(climb);
    climb.listener().onState(JudgementState.STOPPED, "passed the gate, and then " + why);
  }

  /** Takes its share away; the champion's place, where it is due, is not touched. */
  private void end(Climb climb) {
    climbs.remove(climb.id().model(), climb);
    canaries.end(climb.id());
    try {
      traffic.end(climb.id());
    } catch (ServingException refused) {
      log.warn("the share of {} cannot be taken away", climb.id(), refused);
    }
  }
}
