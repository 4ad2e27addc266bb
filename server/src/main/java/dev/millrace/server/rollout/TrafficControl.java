package dev.millrace.server.rollout;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Changes who answers beside the champion. Thread-safe. */
public final class TrafficControl {
  private final Registry registry;
  private final Function<ModelName, Set<Long>> versions;

  /**
   * Over a registry.
   *
   * @param versions numbers of all versions of a model, loaded or not; empty when there is no such
   *     model
   */
  public TrafficControl(Registry registry, Function<ModelName, Set<Long>> versions) {
    this.registry = registry;
    this.versions = versions;
  }

  /**
   * Replaces the shares of a model.
   *
   * @param etag the revision that the caller saw; empty to go without the check
   * @param actor who asks for it
   * @param reason why, in words; may be empty
   * @return the record after
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, TRAFFIC_INVALID, ETAG_MISMATCH
   */
  public ModelRecord set(
      ModelName model, String etag, Traffic traffic, String actor, String reason) {
    Set<Long> known = requireKnown(model);
    List<Long> named = new ArrayList<>();
    traffic.canaries().forEach(canary -> named.add(canary.version()));
    traffic.shadow().ifPresent(shadow -> named.add(shadow.version()));
    for (long version : named) {
      if (!known.contains(version)) {
        throw new ServingException(
            ErrorReason.VERSION_NOT_FOUND,
            "model '" + model + "' has no version " + version + "; ModelStatus names those it has",
            Map.of("model", model.id(), "version", Long.toString(version)));
      }
    }
    return registry.change(
        model,
        etag,
        record -> changed(record, traffic, named),
        before ->
            HistoryEvent.of(
                model,
                actor,
                HistoryAction.TRAFFIC_SET,
                0,
                named.size() == 1 ? named.get(0) : 0,
                reason,
                Map.of("before", words(before.traffic()), "after", words(traffic))));
  }

  /**
   * The numbers of a model's versions.
   *
   * @throws ServingException MODEL_NOT_FOUND
   */
  public Set<Long> requireKnown(ModelName model) {
    Set<Long> known = versions.apply(model);
    if (known.isEmpty()) {
      throw new ServingException(
          ErrorReason.MODEL_NOT_FOUND,
          "there is no model '" + model + "'; ListModels names those that there are",
          Map.of("model", model.id()));
    }
    return known;
  }

  private static ModelRecord changed(ModelRecord record, Traffic traffic, List<Long> named) {
    if (!named.isEmpty() && record.champion().isEmpty()) {
      throw new ServingException(
          ErrorReason.TRAFFIC_INVALID,
          "model '" + record.model() + "' has no champion to take the rest; promote one first");
    }
    if (named.contains(record.champion().orElse(0))) {
      throw new ServingException(
          ErrorReason.TRAFFIC_INVALID,
          "version "
              + record.champion().orElse(0)
              + " is the champion, and gets the rest without being named");
    }
    return record.withTraffic(traffic);
  }

  private static String words(Traffic traffic) {
    List<String> parts = new ArrayList<>();
    for (Canary canary : traffic.canaries()) {
      parts.add("version " + canary.version() + ": " + percent(canary.share()));
    }
    traffic
        .shadow()
        .ifPresent(
            shadow ->
                parts.add("shadow version " + shadow.version() + ": " + percent(shadow.share())));
    return parts.isEmpty() ? "champion alone" : String.join(", ", parts);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.4g %%", 100 * share);
  }
}
