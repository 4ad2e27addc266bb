package dev.millrace.server.protocol;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What wires may know of versions: which one answers a reference, and what it can do. Takes no
 * lock. Thread-safe.
 */
public final class ServedVersions implements CatalogListener {
  private final Function<ModelReference, Lease> leases;
  private final Map<VersionId, VersionStatus> known = new ConcurrentHashMap<>();

  /**
   * Versions to be heard of.
   *
   * @param leases borrows the version that answers a reference, as predictions do
   */
  public ServedVersions(Function<ModelReference, Lease> leases) {
    this.leases = leases;
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      known.remove(status.id());
    } else {
      known.put(status.id(), status);
    }
  }

  /** A version as it is now. */
  public Optional<VersionStatus> get(VersionId version) {
    return Optional.ofNullable(known.get(version));
  }

  /** A version's signature. */
  public Optional<Signature> signature(VersionId version, String name) {
    return get(version).map(status -> status.signatures().get(name));
  }

  /**
   * The signature that a request will probably meet: the one of the version that it names, or of
   * the model's newest that has it.
   */
  public Optional<Signature> signature(ModelReference reference, String name) {
    if (reference.choice() instanceof VersionChoice.Exact exact) {
      return signature(new VersionId(reference.model(), exact.number()), name);
    }
    return known.values().stream()
        .filter(status -> status.id().model().equals(reference.model()))
        .filter(status -> status.signatures().containsKey(name))
        .max(Comparator.comparing(VersionStatus::id))
        .map(status -> status.signatures().get(name));
  }

  /**
   * The version that answers a reference now.
   *
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, LABEL_NOT_FOUND or
   *     VERSION_NOT_READY
   */
  public VersionStatus answering(ModelReference reference) {
    VersionId id;
    try (Lease lease = leases.apply(reference)) {
      id = lease.id();
    }
    return get(id)
        .orElseThrow(
            () -> new ServingException(ErrorReason.VERSION_NOT_READY, id + " has just gone"));
  }
}
