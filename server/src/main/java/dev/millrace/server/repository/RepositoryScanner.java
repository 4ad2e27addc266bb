package dev.millrace.server.repository;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restates to the catalog what lies in the repository, and which of it shall be loaded. A version
 * with a manifest is stated as soon as its files are there; one that was copied in by hand, when
 * two scans in a row have seen the same files. Thread-safe.
 */
public final class RepositoryScanner {
  private static final Logger log = LoggerFactory.getLogger(RepositoryScanner.class);

  private final ModelRepository repository;
  private final ModelCatalog catalog;
  private final VersionSelection selection;
  private final ModelSettings defaults;
  private final Map<ModelName, ModelSettings> lastGood = new ConcurrentHashMap<>();

  @GuardedBy("this")
  private Map<VersionId, String> lastSeen = new HashMap<>();

  @GuardedBy("this")
  private final Set<ModelName> stated = new HashSet<>();

  @GuardedBy("this")
  private Set<VersionId> whole = new HashSet<>();

  /** A scanner that has stated nothing yet, and wants every version loaded. */
  public RepositoryScanner(ModelRepository repository, ModelCatalog catalog) {
    this(repository, catalog, VersionSelection.ALL, ModelSettings.DEFAULT);
  }

  /**
   * A scanner that has stated nothing yet.
   *
   * @param defaults what holds where a model's own settings say nothing
   */
  public RepositoryScanner(
      ModelRepository repository,
      ModelCatalog catalog,
      VersionSelection selection,
      ModelSettings defaults) {
    this.defaults = defaults;
    this.repository = repository;
    this.catalog = catalog;
    this.selection = selection;
  }

  /** What a model's settings said when they could last be used. */
  public ModelSettings settings(ModelName model) {
    return lastGood.getOrDefault(model, defaults);
  }

  /** Changes what is to be found while nobody looks. */
  public synchronized void between(Runnable change) {
    change.run();
  }

  /** Scans once. A repository that cannot be read changes nothing: what is loaded stays loaded. */
  public synchronized void scan() {
    List<StoredVersion> found;
    try {
      found = repository.scan();
    } catch (IOException unreadable) {
      log.warn("the model repository cannot be read; what is loaded stays loaded", unreadable);
      return;
    }
    Map<VersionId, String> seen = new HashMap<>();
    Map<ModelName, SortedMap<Long, StoredVersion>> settled = new TreeMap<>();
    for (StoredVersion version : found) {
      if (!selection.serves(version.id().model())) {
        continue;
      }
      seen.put(version.id(), version.fingerprint());
      boolean unchanged =
          version.manifest().isPresent()
              || version.fingerprint().equals(lastSeen.get(version.id()));
      if (version.complete() && unchanged) {
        settled
            .computeIfAbsent(version.id().model(), model -> new TreeMap<>())
            .put(version.id().number(), version);
      }
    }
    Set<ModelName> gone = new HashSet<>(stated);
    gone.removeAll(settled.keySet());
    gone.removeIf(model -> selection.serves(model) && repository.basePaths().isOutOfReach(model));
    gone.forEach(model -> catalog.aspire(model, List.of()));
    settled.forEach(this::state);
    stated.removeAll(gone);
    stated.addAll(settled.keySet());
    lastSeen = seen;
    whole.retainAll(seen.keySet());
  }

  @GuardedBy("this")
  private void state(ModelName model, SortedMap<Long, StoredVersion> versions) {
    for (StoredVersion version : versions.values()) {
      if (!whole.contains(version.id())) {
        tell(version);
      }
    }
    String text = repository.settingsText(model);
    ModelSettings settings = settings(model, text);
    Set<Long> chosen = selection.select(model, new TreeSet<>(versions.keySet()), settings(model));
    List<ServableSource> wanted = new ArrayList<>();
    List<ServableSource> stored = new ArrayList<>();
    versions.forEach(
        (number, version) ->
            (chosen.contains(number) ? wanted : stored).add(source(version, text, settings)));
    catalog.aspire(model, wanted, stored);
  }

  @GuardedBy("this")
  private void tell(StoredVersion version) {
    try {
      selection.onFound(version);
      whole.add(version.id());
    } catch (RuntimeException notNow) {
      log.warn("{} could not be written down; the next scan tries again", version.id(), notNow);
    }
  }

  /**
   * Settings to load with; those that cannot be used fail the load, which says so in the status.
   */
  private ModelSettings settings(ModelName model, String text) {
    try {
      ModelSettings settings = SettingsFile.parse(text, defaults);
      lastGood.put(model, settings);
      return settings;
    } catch (ServingException invalid) {
      log.debug("{} has settings that cannot be used", model, invalid);
      return defaults;
    }
  }

  private static ServableSource source(StoredVersion version, String text, ModelSettings settings) {
    String digest =
        text.isEmpty() ? version.fingerprint() : version.fingerprint() + text.hashCode();
    return new ServableSource(version.id(), version.directory(), digest, settings, version.bytes());
  }
}
