package dev.millrace.server.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loaded versions of all models. Thread-safe. It owns every servable and closes it.
 *
 * <ol>
 *   <li>What is aspired is declared whole, per model; what is left out is let go.
 *   <li>A version that is wanted stays available while another of its model is loaded or fails to
 *       load.
 *   <li>A lease keeps its version loaded; a version is closed once, after its last lease.
 *   <li>Listeners hear AVAILABLE after the version can be leased, and DRAINING before it no longer
 *       can.
 *   <li>A failed version is tried again only when its source changes.
 * </ol>
 */
public final class ModelCatalog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelCatalog.class);

  private final VersionLoad load;
  private final Executor loads;
  private final InstantSource clock;
  private final Runnable onReleased;
  private final LoadObserver observer;
  private final LoadGate gate;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final SlotTable slots = new SlotTable();

  @GuardedBy("lock")
  private final Statements statements = new Statements();

  @GuardedBy("lock")
  private boolean closed;

  private final List<CatalogListener> listeners = new CopyOnWriteArrayList<>();

  private final LeasableVersions leasable = new LeasableVersions();

  /**
   * An empty catalog.
   *
   * @param loads runs loads and releases; the catalog itself never blocks on it
   * @param onReleased runs after a version's memory was given back
   */
  public ModelCatalog(VersionLoad load, Executor loads, InstantSource clock, Runnable onReleased) {
    this(load, loads, clock, onReleased, LoadObserver.NONE, LoadGate.OPEN);
  }

  /** An empty catalog whose loads and releases are observed, and need room. */
  public ModelCatalog(
      VersionLoad load,
      Executor loads,
      InstantSource clock,
      Runnable onReleased,
      LoadObserver observer,
      LoadGate gate) {
    this.observer = observer;
    this.gate = gate;
    this.load = load;
    this.loads = loads;
    this.clock = clock;
    this.onReleased = onReleased;
  }

  /** States which versions of a model shall be loaded: these and no others. Returns at once. */
  public void aspire(ModelName model, Collection<ServableSource> sources) {
    aspire(model, sources, List.of());
  }

  /**
   * States which versions of a model shall be loaded, and which lie in the repository beside them.
   * Returns at once.
   */
  public void aspire(
      ModelName model, Collection<ServableSource> wanted, Collection<ServableSource> stored) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      for (VersionSlot slot : slots.of(model)) {
        slot.setAspired(false);
        slot.setStored(null);
      }
      for (ServableSource source : wanted) {
        want(source);
      }
      for (ServableSource source : stored) {
        store(source);
      }
      for (VersionSlot slot : slots.of(model)) {
        if (slot.state() == VersionState.STORED && slot.stored() == null) {
          drop(slot);
        }
      }
      Set<Long> numbers = statements.replace(model, wanted);
      listeners.forEach(listener -> listener.onStated(model, numbers));
      reconcile(model);
    }
  }

  /** Whether the last statement of what shall be loaded names a version. */
  public boolean isWanted(VersionId id) {
    synchronized (lock) {
      return statements.want(id);
    }
  }

  @GuardedBy("lock")
  private void want(ServableSource source) {
    VersionSlot slot = slots.get(source.id());
    boolean idle =
        slot != null
            && (slot.state() == VersionState.FAILED || slot.state() == VersionState.STORED);
    if (slot != null && idle && !slot.source().equals(source)) {
      drop(slot);
      slot = null;
    }
    // A slot on its way out is waited for: the next statement finds it gone and begins anew.
    if (slot == null) {
      slot = add(source, VersionState.PENDING);
    } else if (slot.state() == VersionState.STORED) {
      slot.moveTo(VersionState.PENDING, clock.instant());
      announce(slot);
    }
    slot.setAspired(true);
  }

  @GuardedBy("lock")
  private void store(ServableSource source) {
    VersionSlot slot = slots.get(source.id());
    if (slot != null
        && (slot.state() == VersionState.FAILED
            || (slot.state() == VersionState.STORED && !slot.source().equals(source)))) {
      drop(slot);
      slot = null;
    }
    if (slot == null) {
      slot = add(source, VersionState.STORED);
    } else if (slot.state() == VersionState.PENDING) {
      slot.moveTo(VersionState.STORED, clock.instant());
      announce(slot);
    }
    slot.setStored(source);
  }

  /**
   * Keeps a version that is AVAILABLE from being let go until the next statement of what shall be
   * loaded.
   *
   * @return false when it is not AVAILABLE
   */
  public boolean keep(VersionId id) {
    synchronized (lock) {
      VersionSlot slot = slots.get(id);
      if (slot == null || slot.state() != VersionState.AVAILABLE) {
        return false;
      }
      slot.setAspired(true);
      return true;
    }
  }

  /** Tries a version that has FAILED once more; does nothing for others. */
  public void retry(VersionId id) {
    synchronized (lock) {
      VersionSlot slot = slots.get(id);
      if (slot != null && slot.state() == VersionState.FAILED && !closed) {
        again(slot);
        reconcile(id.model());
      }
    }
  }

  /**
   * Borrows a version.
   *
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, LABEL_NOT_FOUND or
   *     VERSION_NOT_READY
   */
  public Lease lease(ModelReference reference) {
    Optional<Lease> lease = leasable.tryLease(reference);
    if (lease.isEmpty()) {
      throw gate.onUnmet(reference)
          ? Refusal.comingBack(reference)
          : Refusal.of(reference, statuses(reference.model()));
    }
    lease.get().usedAt(clock.millis());
    return lease.get();
  }

  /** Borrows a version by its number; empty when it is not within reach now. */
  public Optional<Lease> tryLease(ModelName model, long version) {
    Optional<Lease> lease = leasable.tryLease(model, version);
    lease.ifPresent(held -> held.usedAt(clock.millis()));
    return lease;
  }

  /** What the operator chose for a version, while it is within reach. */
  public Optional<ModelSettings> settings(VersionId id) {
    return leasable.settings(id);
  }

  /** All models by name, each with its versions, newest first. */
  public SortedMap<ModelName, List<VersionStatus>> statuses() {
    synchronized (lock) {
      return slots.statuses();
    }
  }

  /** The versions of one model, newest first; empty when it is not known. */
  public Optional<List<VersionStatus>> statuses(ModelName model) {
    synchronized (lock) {
      return slots.statuses(model);
    }
  }

  /**
   * The versions that a reference means, newest first: all of a model's, or the one it names.
   *
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND or LABEL_NOT_FOUND
   */
  public List<VersionStatus> statuses(ModelReference reference) {
    Optional<List<VersionStatus>> known = statuses(reference.model());
    List<VersionStatus> meant =
        known.orElse(List.of()).stream().filter(status -> reference.means(status.id())).toList();
    if (meant.isEmpty()) {
      throw Refusal.of(reference, known);
    }
    return meant;
  }

  /**
   * Tells a listener the present state of every version, then each change and each statement, until
   * the subscription is closed.
   */
  public Subscription subscribe(CatalogListener listener) {
    synchronized (lock) {
      slots.statuses().values().forEach(versions -> versions.forEach(listener::onChange));
      listeners.add(listener);
    }
    return () -> listeners.remove(listener);
  }

  /** Waits until nothing is waiting to be loaded, being loaded, or draining. */
  public void awaitSettled() throws InterruptedException {
    synchronized (lock) {
      while (!slots.isSettled()) {
        lock.wait();
      }
    }
  }

  /**
   * Lets every version go and waits until all are released, or the time is over.
   *
   * @return true when nothing is left in memory
   */
  public boolean close(Duration patience) throws InterruptedException {
    Instant end = clock.instant().plus(patience);
    synchronized (lock) {
      closed = true;
      for (ModelName model : slots.models()) {
        for (VersionSlot slot : slots.of(model)) {
          slot.setAspired(false);
          if (slot.state() == VersionState.STORED) {
            drop(slot);
          }
        }
        reconcile(model);
      }
      while (!slots.isEmpty()) {
        long left = Duration.between(clock.instant(), end).toMillis();
        if (left <= 0) {
          return false;
        }
        lock.wait(left);
      }
      return true;
    }
  }

  @Override
  public void close() {
    try {
      close(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends what {@link #subscribe} began. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  @GuardedBy("lock")
  private void reconcile(ModelName model) {
    slots.of(model).forEach(slot -> slot.setHeld(false));
    Optional<CatalogAction> next;
    while ((next = AvailabilityPolicy.next(slots.snapshots(model))).isPresent()) {
      CatalogAction action = next.get();
      VersionSlot slot = Objects.requireNonNull(slots.get(new VersionId(model, action.number())));
      if (action instanceof CatalogAction.Load) {
        admit(slot);
      } else if (action instanceof CatalogAction.Unload) {
        slot.moveTo(VersionState.DRAINING, clock.instant());
        announce(slot);
        leasable.remove(slot.source().id());
        LeaseCount leases = slot.leases();
        if (leases != null) {
          leases.shut();
        }
      } else {
        drop(slot);
        putBack(slot);
      }
    }
    lock.notifyAll();
  }

  @GuardedBy("lock")
  private void admit(VersionSlot slot) {
    LoadGate.Verdict verdict = gate.ask(slot.source(), slots.memoryUses());
    if (verdict instanceof LoadGate.Verdict.Load) {
      slot.moveTo(VersionState.LOADING, clock.instant());
      announce(slot);
      loads.execute(() -> load(slot));
    } else if (verdict instanceof LoadGate.Verdict.Refuse refused) {
      log.warn("{} is not loaded: {}", slot.source().id(), refused.message());
      slot.fail(refused.reason(), refused.message(), clock.instant());
      announce(slot);
    } else {
      slot.setHeld(true);
    }
  }

  /** What waited for room may have it now, in whatever model. */
  @GuardedBy("lock")
  private void reconcileAll() {
    for (ModelName model : slots.models()) {
      reconcile(model);
    }
    lock.notifyAll();
  }

  @GuardedBy("lock")
  private void again(VersionSlot failed) {
    drop(failed);
    VersionSlot slot = add(failed.source(), VersionState.PENDING);
    slot.setAspired(failed.isAspired());
    slot.setStored(failed.stored());
  }

  @GuardedBy("lock")
  private VersionSlot add(ServableSource source, VersionState first) {
    VersionSlot slot = new VersionSlot(source, first, clock.instant());
    slots.put(slot);
    announce(slot);
    return slot;
  }

  /** A version that is out of memory and lies in the repository is listed at once. */
  @GuardedBy("lock")
  private void putBack(VersionSlot gone) {
    ServableSource source = gone.stored();
    if (source != null && !closed) {
      add(source, VersionState.STORED).setStored(source);
    }
  }

  private void load(VersionSlot slot) {
    VersionId id = slot.source().id();
    observer.onLoading(id);
    try {
      LoadedVersion version =
          load.load(
              slot.source(), formerReport(slot.source()), servable -> warming(slot, servable));
      observer.onLoaded(id, null);
      LeaseCount leases = new LeaseCount(() -> loads.execute(() -> release(slot)));
      synchronized (lock) {
        leasable.add(version, leases);
        slot.available(leases, version, clock.instant());
        announce(slot);
        reconcileAll();
      }
    } catch (ServingException refused) {
      log.warn("{} could not be loaded: {}", id, refused.message(), refused);
      fail(slot, refused.reason(), refused.message());
    } catch (RuntimeException | LinkageError | OutOfMemoryError defect) {
      log.error("{} could not be loaded", id, defect);
      fail(slot, ErrorReason.LOAD_FAILED, "the version could not be loaded; the log tells why");
    }
  }

  private void warming(VersionSlot slot, Servable servable) {
    observer.onWarming(slot.source().id());
    synchronized (lock) {
      slot.warming(servable, clock.instant());
      announce(slot);
    }
  }

  /** What was measured of the version that answers now, if it was under the same settings. */
  private Optional<WarmUpReport> formerReport(ServableSource source) {
    synchronized (lock) {
      return slots.of(source.id().model()).stream()
          .filter(slot -> slot.state() == VersionState.AVAILABLE)
          .filter(slot -> slot.source().settings().equals(source.settings()))
          .reduce((older, newer) -> newer)
          .flatMap(slot -> slot.status().warmUp());
    }
  }

  private void fail(VersionSlot slot, ErrorReason reason, String message) {
    observer.onLoaded(slot.source().id(), reason);
    synchronized (lock) {
      slot.fail(reason, message, clock.instant());
      announce(slot);
      reconcileAll();
    }
    onReleased.run();
  }

  private void release(VersionSlot slot) {
    Servable servable;
    synchronized (lock) {
      servable = slot.servable();
    }
    if (servable != null) {
      observer.onReleasing(slot.source().id());
      try {
        servable.close();
      } catch (RuntimeException | Error defect) {
        log.error("{} was not released cleanly", slot.source().id(), defect);
      }
      onReleased.run();
      observer.onReleased(slot.source().id());
    }
    synchronized (lock) {
      drop(slot);
      putBack(slot);
      for (VersionSlot refused : slots.refusedForRoom()) {
        again(refused);
      }
      reconcileAll();
    }
  }

  @GuardedBy("lock")
  private void drop(VersionSlot slot) {
    slot.released(clock.instant());
    slots.remove(slot);
    announce(slot);
  }

  @GuardedBy("lock")
  private void announce(VersionSlot slot) {
    log.info("{} is {}", slot.source().id(), slot.state());
    listeners.forEach(listener -> listener.onChange(slot.status()));
  }
}
