package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Chooses by the registry who answers: a label's version; for a model alone a canary by its share,
 * else the champion, else the newest available version. A decision is made on one reading of the
 * model's record; when that version is gone because the record has changed since, it is made again,
 * so that no caller fails by a change. A canary that is not available leaves its callers to the
 * champion. Thread-safe; takes no lock.
 */
public final class VersionRouter implements VersionLeases {
  private final Registry registry;
  private final ModelCatalog catalog;
  private final DoubleSupplier random;

  /**
   * A router.
   *
   * @param random from 0 to below 1; places requests without a routing key
   */
  public VersionRouter(Registry registry, ModelCatalog catalog, DoubleSupplier random) {
    this.registry = registry;
    this.catalog = catalog;
    this.random = random;
  }

  @Override
  public Lease lease(InferenceRequest request) {
    ModelReference reference = request.model();
    if (reference.choice() instanceof VersionChoice.Exact) {
      return catalog.lease(reference);
    }
    while (true) {
      Optional<ModelRecord> known = registry.find(reference.model());
      if (known.isEmpty()) {
        return catalog.lease(reference);
      }
      ModelRecord record = known.get();
      long version = preferred(record, reference.choice());
      Optional<Lease> lease =
          reference.choice() instanceof VersionChoice.Latest
              ? canary(record, request)
              : Optional.empty();
      if (lease.isEmpty() && version > 0) {
        lease = catalog.tryLease(reference.model(), version);
      }
      if (lease.isPresent()) {
        return lease.get();
      }
      if (registry.get(reference.model()).revision() == record.revision()) {
        return version > 0 ? last(reference, version) : catalog.lease(reference);
      }
    }
  }

  /** The label's version, or the champion; 0 for none. */
  private static long preferred(ModelRecord record, VersionChoice choice) {
    return choice instanceof VersionChoice.Labelled labelled
        ? record.labels().getOrDefault(labelled.label(), 0L)
        : record.champion().orElse(0);
  }

  private Optional<Lease> canary(ModelRecord record, InferenceRequest request) {
    if (record.traffic().canaries().isEmpty()) {
      return Optional.empty();
    }
    ModelName model = record.model();
    double place =
        request.routingKey().isEmpty()
            ? random.getAsDouble()
            : TrafficSplit.place(model, request.routingKey());
    long version = TrafficSplit.canary(record.traffic(), place);
    return version == 0 ? Optional.empty() : catalog.tryLease(model, version);
  }

  /** One more try, for the sake of the words that refuse it. */
  private Lease last(ModelReference reference, long version) {
    ModelName model = reference.model();
    try {
      return catalog.lease(new ModelReference(model, new VersionChoice.Exact(version)));
    } catch (ServingException refused) {
      if (refused.reason() != ErrorReason.VERSION_NOT_FOUND) {
        throw refused;
      }
      // The caller named no version: that it is not in memory is no fault of the request.
      throw new ServingException(
              ErrorReason.VERSION_NOT_READY,
              model + " version " + version + " is not loaded; ModelStatus tells more",
              Map.of("model", model.id(), "version", Long.toString(version)))
          .retryAfter(Duration.ofSeconds(1));
    }
  }
}
