package dev.millrace.server.gate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationState;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges versions by their model's policy, and has those that pass promoted. Thread-safe.
 *
 * <ol>
 *   <li>A judgement that was returned to whoever asked for it is in the store, and goes on after a
 *       restart.
 *   <li>A version is promoted only if the champion is still the one that it was judged against;
 *       else it is judged again.
 *   <li>An evaluation that nobody asked the gate for is judged as well when it measured what the
 *       policy asks for; it promotes only versions newer than the champion.
 * </ol>
 *
 * <p>One lock guards the judgements, and is held over writes to the store, the creation of
 * evaluations and the history's events; promotions are made without it.
 */
public final class Gate {
  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  private final Policies policies;
  private final JudgementStore store;
  private final Contest contest;
  private final Ascent ascent;
  private final GateHistory history;
  private final InstantSource clock;
  private final Object lock = new Object();

  /**
   * A gate.
   *
   * @param contest measures versions against champions
   * @param ascent makes champions of versions that passed
   */
  public Gate(
      Policies policies,
      JudgementStore store,
      Contest contest,
      Ascent ascent,
      GateHistory history,
      InstantSource clock) {
    this.policies = policies;
    this.store = store;
    this.contest = contest;
    this.ascent = ascent;
    this.history = history;
    this.clock = clock;
  }

  /** Goes on with what the last stop broke off. To be called once. */
  public void resume() {
    for (Judgement judgement : store.underWay()) {
      try {
        if (judgement.state() == JudgementState.EVALUATING) {
          Optional<Evaluation> measured = contest.find(judgement.evaluation());
          if (measured.filter(one -> one.reason() != ErrorReason.SERVER_RESTARTED).isEmpty()) {
            judge(judgement.version(), judgement.promote());
          } else if (measured.get().state().isFinal()) {
            onEvaluated(measured.get());
          }
        } else {
          ascend(judgement, policy(judgement.version().model()));
        }
      } catch (RuntimeException notNow) {
        log.warn("the judgement of {} cannot go on", judgement.version(), notNow);
        fail(judgement, words(notNow));
      }
    }
  }

  /**
   * Measures a version as its model's policy says, compares it with the champion, and promotes it
   * if it passes and the policy says so. A model without a policy is judged by {@link
   * GatePolicy#DEFAULT}.
   *
   * @param promote false to judge alone
   * @param caller who asks for it
   * @throws ServingException SETTINGS_INVALID, MODEL_NOT_FOUND, VERSION_NOT_FOUND,
   *     DATASET_NOT_FOUND, OVERLOADED or DRAINING
   */
  public Judgement judge(VersionId id, boolean promote, Caller caller) {
    synchronized (lock) {
      Policies.Written policy = policy(id.model());
      Optional<VersionId> against = contest.against(id);
      Instant now = clock.instant();
      Judgement judgement =
          new Judgement(
              id,
              against.map(VersionId::number).orElse(0L),
              contest.measure(id, against, policy.policy(), caller).id(),
              policy.digest(),
              promote,
              JudgementState.EVALUATING,
              List.of(),
              "is measured",
              now,
              now);
      store.write(judgement);
      return judgement;
    }
  }

  /** The same, where nobody has asked for it. */
  private Judgement judge(VersionId id, boolean promote) {
    return judge(id, promote, Caller.UNKNOWN);
  }

  /**
   * Judges a version that was published, if its model has a policy and nobody has asked for that
   * yet. Never throws.
   */
  public void onPublished(VersionId id) {
    if (!policies.has(id.model())) {
      return;
    }
    try {
      synchronized (lock) {
        if (store.find(id).isEmpty()) {
          judge(id, true);
        }
      }
    } catch (RuntimeException refused) {
      log.warn("{} cannot be judged", id, refused);
      Instant now = clock.instant();
      write(
          new Judgement(
              id, 0, "", "", true, JudgementState.FAILED, List.of(), words(refused), now, now));
    }
  }

  /** Judges what an evaluation has measured. Never throws. */
  public void onEvaluated(Evaluation ended) {
    try {
      Judgement decided = decide(ended);
      if (decided != null) {
        ascend(decided, policy(decided.version().model()));
      }
    } catch (RuntimeException defect) {
      log.error("what evaluation {} measured cannot be judged", ended.id(), defect);
    }
  }

  /** The latest judgement of a version. */
  public Optional<Judgement> find(VersionId id) {
    return store.find(id);
  }

  /** The latest judgements of a model's versions, highest version first. */
  public List<Judgement> of(ModelName model, int limit) {
    return store.of(model, limit);
  }

  /** Null when there is nothing to decide. */
  private @Nullable Judgement decide(Evaluation ended) {
    synchronized (lock) {
      VersionId id = ended.spec().version();
      Optional<Judgement> known = store.find(id).filter(one -> one.evaluation().equals(ended.id()));
      boolean asked = known.isPresent();
      if (asked && known.get().state() != JudgementState.EVALUATING) {
        return null;
      }
      if (ended.state() != EvaluationState.SUCCEEDED) {
        known.ifPresent(one -> fail(one, "it could not be measured: " + whyNot(ended)));
        return null;
      }
      if (!asked && !policies.has(id.model())) {
        return null;
      }
      Policies.Written policy;
      try {
        policy = policy(id.model());
      } catch (ServingException unusable) {
        known.ifPresent(one -> fail(one, unusable.message()));
        return null;
      }
      if (!contest.fits(ended.spec(), policy.policy())) {
        // The policy, or the champion, is another than when the evaluation was created.
        return asked ? again(known.get()) : null;
      }
      Judgement judgement = known.orElseGet(() -> unasked(ended, policy));
      Decision decision = contest.decide(policy.policy(), ended);
      boolean rises = judgement.promote() && policy.policy().promotion() != Promotion.NONE;
      Judgement decided = judgement.decided(decision, rises, clock.instant());
      store.write(decided);
      history.decided(decided, decision);
      log.info("{} {}", id, decided.message());
      return decided;
    }
  }

  @GuardedBy("lock")
  private @Nullable Judgement again(Judgement judgement) {
    judge(judgement.version(), judgement.promote());
    return null;
  }

  private Judgement unasked(Evaluation ended, Policies.Written policy) {
    VersionId id = ended.spec().version();
    VersionId against = ended.spec().baseline();
    Instant now = clock.instant();
    return new Judgement(
        id,
        against == null ? 0 : against.number(),
        ended.id(),
        policy.digest(),
        against == null || id.number() > against.number(),
        JudgementState.EVALUATING,
        List.of(),
        "",
        now,
        now);
  }

  private void ascend(Judgement judgement, Policies.Written policy) {
    VersionId id = judgement.version();
    if (judgement.state() == JudgementState.REFUSED) {
      // Without a champion the newest version answers, and that would be the one that fell short.
      if (judgement.champion() > 0) {
        ascent.hold(new VersionId(id.model(), judgement.champion()), id);
      }
      return;
    }
    if (judgement.state().isFinal()) {
      return;
    }
    ascent.begin(
        judgement,
        policy.policy(),
        new Ascent.Listener() {
          @Override
          public void onState(JudgementState state, String message) {
            move(judgement, state, message);
          }

          @Override
          public void onSuperseded() {
            judge(id, true);
          }
        });
  }

  private void move(Judgement judgement, JudgementState state, String message) {
    synchronized (lock) {
      Optional<Judgement> now = store.find(judgement.version());
      if (now.filter(one -> one.evaluation().equals(judgement.evaluation())).isEmpty()) {
        return;
      }
      Judgement moved = now.get().in(state, message, clock.instant());
      store.write(moved);
      log.info("{} is {}: {}", judgement.version(), state, message);
      if (state == JudgementState.STOPPED) {
        history.stopped(moved);
      }
    }
  }

  private void fail(Judgement judgement, String why) {
    write(judgement.in(JudgementState.FAILED, why, clock.instant()));
  }

  private void write(Judgement judgement) {
    synchronized (lock) {
      try {
        store.write(judgement);
      } catch (RuntimeException unwritable) {
        log.error("the judgement of {} cannot be kept", judgement.version(), unwritable);
      }
    }
  }

  private Policies.Written policy(ModelName model) {
    return policies.find(model).orElse(Policies.Written.DEFAULT);
  }

  private static String whyNot(Evaluation ended) {
    return ended.state() == EvaluationState.CANCELLED
        ? "the evaluation was cancelled"
        : ended.message();
  }

  private static String words(RuntimeException failure) {
    return failure instanceof ServingException known
        ? known.message()
        : "it could not be judged; the log tells why";
  }

  /** Evidence of a judgement, as the history tells it. */
  static Map<String, String> evidence(Judgement judgement, Decision decision) {
    Map<String, String> evidence = new java.util.TreeMap<>(decision.evidence());
    evidence.put("evaluation", "evaluations/" + judgement.evaluation());
    if (judgement.champion() > 0) {
      evidence.put("compared_with", Long.toString(judgement.champion()));
    }
    return evidence;
  }
}
