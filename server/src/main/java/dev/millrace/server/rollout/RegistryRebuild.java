package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.registry.RegistryStore;
import dev.millrace.server.registry.VersionRecord;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an empty registry anew from what lies in the model repository: labels and traffic from the
 * copies of the records, lineage from the manifests. What a copy says of versions that are gone is
 * left out; that their numbers were given out is kept.
 */
public final class RegistryRebuild {
  private static final Logger log = LoggerFactory.getLogger(RegistryRebuild.class);

  private final Registry registry;
  private final RegistryStore store;
  private final ModelRepository repository;
  private final Function<ModelName, Optional<ModelRecord>> copies;

  /**
   * A rebuild.
   *
   * @param copies finds what was kept of a model's record
   */
  public RegistryRebuild(
      Registry registry,
      RegistryStore store,
      ModelRepository repository,
      Function<ModelName, Optional<ModelRecord>> copies) {
    this.registry = registry;
    this.store = store;
    this.repository = repository;
    this.copies = copies;
  }

  /**
   * Fills the registry.
   *
   * @throws IOException if the repository cannot be read
   */
  public void run() throws IOException {
    SortedMap<ModelName, SortedSet<Long>> found = new TreeMap<>();
    repository.models().forEach(model -> found.put(model, new TreeSet<>()));
    for (StoredVersion version : repository.scan()) {
      VersionId id = version.id();
      found.computeIfAbsent(id.model(), model -> new TreeSet<>()).add(id.number());
      version
          .manifest()
          .ifPresent(
              manifest ->
                  store.write(
                      new VersionRecord(
                          id,
                          repository.digest(id).orElse(""),
                          manifest.trainingJob(),
                          manifest.datasetDigest(),
                          manifest.parent(),
                          manifest.createTime(),
                          false)));
    }
    found.forEach(this::restore);
  }

  private void restore(ModelName model, SortedSet<Long> versions) {
    Optional<ModelRecord> copy = copies.apply(model);
    if (copy.isEmpty()) {
      return;
    }
    ModelRecord restored = copy.get();
    for (long gone : mentioned(restored)) {
      if (!versions.contains(gone)) {
        restored = restored.withoutVersion(gone);
      }
    }
    ModelRecord record = restored;
    registry.change(
        model,
        "",
        before -> record,
        before ->
            HistoryEvent.of(
                model,
                HistoryEvent.BY_ITSELF,
                HistoryAction.REBUILT,
                0,
                record.champion().orElse(0),
                "the registry's database was gone or damaged",
                Map.of("revision", record.etag())));
    log.warn("the registry's record of {} was restored: labels {}", model, record.labels());
  }

  private static List<Long> mentioned(ModelRecord record) {
    List<Long> mentioned = new ArrayList<>(record.labels().values());
    record.traffic().canaries().forEach(canary -> mentioned.add(canary.version()));
    record.traffic().shadow().ifPresent(shadow -> mentioned.add(shadow.version()));
    mentioned.addAll(record.formers());
    record.bake().ifPresent(bake -> mentioned.addAll(List.of(bake.version(), bake.former())));
    mentioned.addAll(record.pinned());
    mentioned.addAll(record.parked());
    return mentioned;
  }
}
