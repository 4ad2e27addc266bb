package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

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
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return tryLease(reference.model(), exact.number());
    }
    while (reference.choice() instanceof VersionChoice.Latest) {
      Map.Entry<Long, Entry> found = of(reference.model()).lastEntry();
      if (found == null) {
        break;
      }
      // A shut gate means that the view has changed since: look again.
      if (found.getValue().leases().tryAcquire()) {
        return Optional.of(lease(found.getValue()));
      }
    }
    return Optional.empty();
  }

  /** Borrows a version by its number, if it is within reach. */
  Optional<Lease> tryLease(ModelName model, long version) {
    while (true) {
      Entry found = of(model).get(version);
      if (found == null) {
        return Optional.empty();
      }
      if (found.leases().tryAcquire()) {
        return Optional.of(lease(found));
      }
    }
  }

  /** The settings that a version within reach was loaded with. */
  Optional<ModelSettings> settings(VersionId id) {
    return Optional.ofNullable(of(id.model()).get(id.number()))
        .map(entry -> entry.version().source().settings());
  }

  private NavigableMap<Long, Entry> of(ModelName model) {
    return models.getOrDefault(model, Collections.emptyNavigableMap());
  }

  private static Lease lease(Entry entry) {
    return new Lease(entry.version(), entry.leases());
  }
}
