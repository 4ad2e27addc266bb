package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.StoredVersion;
import dev.millrace.server.repository.VersionSelection;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Chooses the versions to load by the model's settings and the registry, and tells the registry of
 * versions that are new. Thread-safe.
 */
public final class WantedVersions implements VersionSelection {
  private final Registry registry;
  private final ServedList list;
  private final Summons summons;
  private final Predicate<ModelName> asleep;

  /**
   * A choice.
   *
   * @param list the models that are served, with their versions in place of those of the settings
   * @param asleep true for models that are kept out of memory until somebody asks for them
   */
  public WantedVersions(
      Registry registry, ServedList list, Summons summons, Predicate<ModelName> asleep) {
    this.list = list;
    this.registry = registry;
    this.summons = summons;
    this.asleep = asleep;
  }

  @Override
  public boolean serves(ModelName model) {
    return list.serves(model);
  }

  @Override
  public Set<Long> select(ModelName model, SortedSet<Long> whole, ModelSettings settings) {
    ModelRecord record = registry.get(model);
    Set<Long> summoned = summons.of(model);
    Set<Long> wanted =
        list.of(model)
            .map(
                listed ->
                    VersionPolicy.wanted(whole, listed.versions().of(whole), record, summoned))
            .orElseGet(() -> VersionPolicy.wanted(whole, settings.versions(), record, summoned));
    // A decision made meanwhile wakes a model that sleeps.
    return asleep.test(model) && VersionPolicy.needed(record).isEmpty() ? summoned : wanted;
  }

  /** Writes down that a number was given out, with what is known of the version's making. */
  @Override
  public void onFound(StoredVersion version) {
    VersionId id = version.id();
    if (registry.get(id.model()).highest() >= id.number()) {
      return;
    }
    registry.change(
        id.model(),
        "",
        before -> before.withHighest(id.number()),
        before ->
            HistoryEvent.of(
                id.model(),
                HistoryEvent.BY_ITSELF,
                HistoryAction.PUBLISHED,
                0,
                id.number(),
                version.manifest().isEmpty() ? "copied into the repository" : "",
                evidence(version)));
  }

  private static Map<String, String> evidence(StoredVersion version) {
    Map<String, String> evidence = new TreeMap<>();
    if (version.manifest().isPresent()) {
      Manifest manifest = version.manifest().get();
      evidence.put("producer", manifest.producer());
      evidence.put("training_job", manifest.trainingJob());
      evidence.put("dataset_digest", manifest.datasetDigest());
      evidence.values().removeIf(String::isEmpty);
    }
    return evidence;
  }
}
