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
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restates to the catalog what lies in the repository. A version with a manifest is stated as soon
 * as its files are there; one that was copied in by hand, when two scans in a row have seen the
 * same files. Thread-safe.
 */
public final class RepositoryScanner {
  private static final Logger log = LoggerFactory.getLogger(RepositoryScanner.class);

  private final ModelRepository repository;
  private final ModelCatalog catalog;

  @GuardedBy("this")
  private Map<VersionId, String> lastSeen = new HashMap<>();

  @GuardedBy("this")
  private Set<ModelName> stated = new HashSet<>();

  /** A scanner that has stated nothing yet. */
  public RepositoryScanner(ModelRepository repository, ModelCatalog catalog) {
    this.repository = repository;
    this.catalog = catalog;
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
    Map<ModelName, String> texts = new HashMap<>();
    Map<ModelName, List<ServableSource>> aspired = new TreeMap<>();
    for (StoredVersion version : found) {
      seen.put(version.id(), version.fingerprint());
      boolean settled =
          version.manifest().isPresent()
              || version.fingerprint().equals(lastSeen.get(version.id()));
      if (version.complete() && settled) {
        String settings =
            texts.computeIfAbsent(version.id().model(), model -> repository.settingsText(model));
        aspired
            .computeIfAbsent(version.id().model(), m -> new ArrayList<>())
            .add(source(version, settings));
      }
    }
    Set<ModelName> gone = new HashSet<>(stated);
    gone.removeAll(aspired.keySet());
    gone.forEach(model -> catalog.aspire(model, List.of()));
    aspired.forEach(catalog::aspire);
    stated = new HashSet<>(aspired.keySet());
    lastSeen = seen;
  }

  /** A source; settings that cannot be read fail the load, which says so in the status. */
  private static ServableSource source(StoredVersion version, String text) {
    ModelSettings settings = ModelSettings.DEFAULT;
    try {
      settings = SettingsFile.parse(text);
    } catch (ServingException invalid) {
      log.debug("{} has settings that cannot be used", version.id().model(), invalid);
    }
    String digest =
        text.isEmpty() ? version.fingerprint() : version.fingerprint() + text.hashCode();
    return new ServableSource(version.id(), version.directory(), digest, settings);
  }
}
