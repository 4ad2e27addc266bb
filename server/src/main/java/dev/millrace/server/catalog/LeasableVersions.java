package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The versions that callers can reach now. Thread-safe; readers take no lock. */
final class LeasableVersions {
  // A model's map is never changed, only replaced.
  private final Map<ModelName, NavigableMap<Long, Entry>> models = new ConcurrentHashMap<>();

  private record Entry(LoadedVersion version, LeaseCount leases) {}

  void add(LoadedVersion version, LeaseCount leases) {
    VersionId id = version.source().id();
    models.compute(
        id.model(),
        (model, before) -> {
          NavigableMap<Long, Entry> after =
              before == null ? new TreeMap<>() : new TreeMap<>(before);
          after.put(id.number(), new Entry(version, leases));
          return after;
        });
  }

  /** Takes a version out of reach; its gate may be shut only after this. */
  void remove(VersionId id) {
    models.computeIfPresent(
        id.model(),
        (model, before) -> {
          NavigableMap<Long, Entry> after = new TreeMap<>(before);
          after.remove(id.number());
          return after.isEmpty() ? null : after;
        });
  }

  /** Borrows the version that the reference chooses, if it is within reach. */
  Optional<Lease> tryLease(ModelReference reference) {
    while (true) {
      Map.Entry<Long, Entry> found = find(reference);
      if (found == null) {
        return Optional.empty();
      }
      // A shut gate means that the view has changed since: look again.
      if (found.getValue().leases().tryAcquire()) {
        Entry entry = found.getValue();
        return Optional.of(new Lease(entry.version(), entry.leases()));
      }
    }
  }

  private Map.@Nullable Entry<Long, Entry> find(ModelReference reference) {
    NavigableMap<Long, Entry> versions =
        models.getOrDefault(reference.model(), Collections.emptyNavigableMap());
    if (reference.choice() instanceof VersionChoice.Latest) {
      return versions.lastEntry();
    }
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      Map.Entry<Long, Entry> entry = versions.floorEntry(exact.number());
      return entry != null && entry.getKey() == exact.number() ? entry : null;
    }
    return null;
  }
}
