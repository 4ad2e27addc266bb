package dev.millrace.server.gate;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.TrafficControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Gives versions on their way up their share, and leaves others' shares alone. Thread-safe. */
public final class StageTraffic {
  private static final int MOST_TRIES = 20;

  private final Registry registry;
  private final TrafficControl control;

  /** Shares of a registry. */
  public StageTraffic(Registry registry, TrafficControl control) {
    this.registry = registry;
    this.control = control;
  }

  /** True while a version has the share that it was given. */
  boolean has(VersionId id, boolean canary) {
    Traffic now = registry.get(id.model()).traffic();
    return canary
        ? now.canaries().stream().anyMatch(one -> one.version() == id.number())
        : now.shadow().filter(one -> one.version() == id.number()).isPresent();
  }

  /**
   * Gives a version copies, in place of any share that it has.
   *
   * @throws ServingException TRAFFIC_INVALID where another version gets copies, MODEL_NOT_FOUND or
   *     VERSION_NOT_FOUND
   */
  void shadow(VersionId id, double share) {
    change(
        id,
        "passed the gate, and answers copies first",
        before -> {
          Optional<Shadow> other = before.shadow().filter(one -> one.version() != id.number());
          if (other.isPresent()) {
            throw new ServingException(
                ErrorReason.TRAFFIC_INVALID,
                "version " + other.get().version() + " is the shadow; end that first");
          }
          return new Traffic(
              before.without(id.number()).canaries(), Optional.of(new Shadow(id.number(), share)));
        });
  }

  /**
   * Gives a version a share of the callers, in place of any share that it has.
   *
   * @throws ServingException TRAFFIC_INVALID, MODEL_NOT_FOUND or VERSION_NOT_FOUND
   */
  void canary(VersionId id, double share) {
    change(
        id,
        "agreed with the champion, and answers a share of the callers next",
        before -> {
          Traffic others = before.without(id.number());
          List<Canary> canaries = new ArrayList<>(others.canaries());
          canaries.add(new Canary(id.number(), share));
          return new Traffic(canaries, others.shadow());
        });
  }

  /** Takes a version's share away. */
  void end(VersionId id) {
    change(id, "is no longer on its way up", before -> before.without(id.number()));
  }

  private void change(VersionId id, String reason, UnaryOperator<Traffic> change) {
    for (int tried = 1; ; tried++) {
      ModelRecord seen = registry.get(id.model());
      try {
        control.set(
            id.model(),
            change.apply(seen.traffic()),
            new ChangeOrder(
                HistoryEvent.BY_ITSELF, seen.etag(), "version " + id.number() + " " + reason));
        return;
      } catch (ServingException refused) {
        if (refused.reason() != ErrorReason.ETAG_MISMATCH || tried == MOST_TRIES) {
          throw refused;
        }
      }
    }
  }
}
