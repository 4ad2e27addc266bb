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
import java.util.function.UnaryOperator;

/**
 * What wires may know of versions: which one answers a reference, and what it can do. Takes no
 * lock. Thread-safe.
 */
public final class ServedVersions implements CatalogListener {
  private final UnaryOperator<ModelReference> decided;
  private final Function<ModelReference, Lease> leases;
  private final Map<VersionId, VersionStatus> known = new ConcurrentHashMap<>();

  /**
   * Versions to be heard of.
   *
   * @param decided puts the version in the place of a label, and of none where there is a champion
   * @param leases borrows a version, or says why not
   */
  public ServedVersions(
      UnaryOperator<ModelReference> decided, Function<ModelReference, Lease> leases) {
    this.decided = decided;
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
    return available(reference)
        .orElseGet(
            () -> {
              // Asked for in vain, it says why; or it has come just now.
              try (Lease lease = leases.apply(decided.apply(reference))) {
                return get(lease.id())
                    .orElseThrow(
                        () ->
                            new ServingException(
                                ErrorReason.VERSION_NOT_READY, lease.id() + " has just gone"));
              }
            });
  }

  /** The same, and empty when there is none; does not count as asking for it. */
  public Optional<VersionStatus> available(ModelReference reference) {
    ModelReference meant = decided.apply(reference);
    if (meant.choice() instanceof VersionChoice.Labelled) {
      return Optional.empty();
    }
    return known.values().stream()
        .filter(status -> status.state() == VersionState.AVAILABLE)
        .filter(status -> meant.means(status.id()))
        .max(Comparator.comparing(VersionStatus::id));
  }
}
