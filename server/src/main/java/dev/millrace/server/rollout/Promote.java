package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes a version the champion. It must be available, and is kept so until the registry holds it;
 * callers see the champion before or the one after, and nothing between. Thread-safe.
 */
public final class Promote {
  private static final Duration SOON = Duration.ofSeconds(1);

  private final KnownVersions versions;
  private final Registry registry;
  private final ModelCatalog catalog;
  private final Summons summons;
  private final Function<ModelName, Duration> bake;
  private final InstantSource clock;
  private final Consumer<VersionId> signed;

  Promote(
      KnownVersions versions,
      Registry registry,
      ModelCatalog catalog,
      Summons summons,
      Function<ModelName, Duration> bake,
      InstantSource clock,
      Consumer<VersionId> signed) {
    this.signed = signed;
    this.versions = versions;
    this.registry = registry;
    this.catalog = catalog;
    this.summons = summons;
    this.bake = bake;
    this.clock = clock;
  }

  /**
   * Promotes a version; the champion already stays so, without a new bake period.
   *
   * @param allowBreaking promotes although callers of the champion would break
   * @param bakeTime how long the new champion is watched; empty for what the model's settings say
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, VERSION_NOT_READY,
   *     VERSION_UNSIGNED, VERSION_SIGNATURE_INVALID, SIGNATURE_BREAKING or ETAG_MISMATCH
   */
  public Moved promote(
      VersionId id, boolean allowBreaking, Optional<Duration> bakeTime, ChangeOrder order) {
    return promote(id, allowBreaking, bakeTime, order, Map.of());
  }

  /** The same, with what it was decided on, by name, for the history. */
  public Moved promote(
      VersionId id,
      boolean allowBreaking,
      Optional<Duration> bakeTime,
      ChangeOrder order,
      Map<String, String> evidence) {
    versions.require(id);
    signed.accept(id);
    Map<String, String> told = new TreeMap<>(evidence);
    if (allowBreaking) {
      told.put("allow_breaking", "true");
    }
    Runnable dismiss = summons.call(id);
    try {
      long[] from = new long[1];
      Instant now = clock.instant();
      Instant end = now.plus(bakeTime.orElseGet(() -> bake.apply(id.model())));
      registry.change(
          id.model(),
          order.etag(),
          before -> {
            from[0] = before.champion().orElse(0);
            if (from[0] == id.number()) {
              return before;
            }
            versions.requireStored(id);
            requireAvailable(id);
            if (!allowBreaking) {
              requireCompatible(id, before);
            }
            return before.promoted(id.number(), now, end);
          },
          before ->
              HistoryEvent.of(
                  id.model(),
                  order.actor(),
                  HistoryAction.PROMOTED,
                  from[0],
                  id.number(),
                  order.reason(),
                  told));
      return new Moved(from[0], id.number());
    } finally {
      dismiss.run();
    }
  }

  private void requireAvailable(VersionId id) {
    if (catalog.keep(id)) {
      return;
    }
    VersionState state = versions.require(id).state();
    boolean comes = state != VersionState.STORED && state != VersionState.FAILED;
    ServingException notReady =
        new ServingException(
            ErrorReason.VERSION_NOT_READY,
            id
                + " is "
                + state
                + (comes
                    ? "; promote it when it is AVAILABLE"
                    : "; load it first, and promote it when it is AVAILABLE"),
            KnownVersions.metadata(id));
    throw comes ? notReady.retryAfter(SOON) : notReady;
  }

  /** A champion that is not in memory answers nobody, so that nobody can break. */
  private void requireCompatible(VersionId id, ModelRecord before) {
    if (before.champion().isEmpty()) {
      return;
    }
    VersionId champion = new VersionId(id.model(), before.champion().getAsLong());
    SortedMap<String, Signature> base = signatures(champion);
    if (base.isEmpty()) {
      return;
    }
    List<Difference> breaking =
        SignatureChanges.between(base, signatures(id)).stream()
            .filter(Difference::breaking)
            .toList();
    if (!breaking.isEmpty()) {
      throw new ServingException(
          ErrorReason.SIGNATURE_BREAKING,
          id
              + " would break callers of "
              + champion
              + ": "
              + String.join("; ", breaking.stream().limit(5).map(Promote::words).toList())
              + "; promote it with allow_breaking if that is meant",
          KnownVersions.metadata(id));
    }
  }

  private SortedMap<String, Signature> signatures(VersionId id) {
    return catalog.statuses(id.model()).orElse(List.of()).stream()
        .filter(status -> status.id().equals(id))
        .map(VersionStatus::signatures)
        .findFirst()
        .orElse(new TreeMap<>());
  }

  private static String words(Difference difference) {
    return difference.changed().isEmpty()
        ? difference.name() + " is gone"
        : difference.name()
            + (difference.base().isEmpty()
                ? " is new: " + difference.changed()
                : " was " + difference.base() + " and is " + difference.changed());
  }
}
