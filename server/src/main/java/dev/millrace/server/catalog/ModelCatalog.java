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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final SortedMap<ModelName, NavigableMap<Long, VersionSlot>> slots = new TreeMap<>();

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
    this(load, loads, clock, onReleased, LoadObserver.NONE);
  }

  /** An empty catalog whose loads and releases are observed. */
  public ModelCatalog(
      VersionLoad load,
      Executor loads,
      InstantSource clock,
      Runnable onReleased,
      LoadObserver observer) {
    this.observer = observer;
    this.load = load;
    this.loads = loads;
    this.clock = clock;
    this.onReleased = onReleased;
  }

  /** States which versions of a model shall be loaded: these and no others. Returns at once. */
  public void aspire(ModelName model, Collection<ServableSource> sources) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      NavigableMap<Long, VersionSlot> ofModel = slots.computeIfAbsent(model, m -> new TreeMap<>());
      ofModel.values().forEach(slot -> slot.setAspired(false));
      for (ServableSource source : sources) {
        VersionSlot slot = ofModel.get(source.id().number());
        if (slot != null && slot.state() == VersionState.FAILED && !slot.source().equals(source)) {
          drop(ofModel, slot);
          slot = null;
        }
        // A slot on its way out is waited for: the next statement finds it gone and begins anew.
        if (slot == null) {
          slot = new VersionSlot(source, clock.instant());
          ofModel.put(source.id().number(), slot);
          announce(slot);
        }
        slot.setAspired(true);
      }
      reconcile(model);
    }
  }

  /**
   * Borrows a version.
   *
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, LABEL_NOT_FOUND or
   *     VERSION_NOT_READY
   */
  public Lease lease(ModelReference reference) {
    return leasable
        .tryLease(reference)
        .orElseThrow(() -> Refusal.of(reference, statuses(reference.model())));
  }

  /** Borrows a version by its number; empty when it is not within reach now. */
  public Optional<Lease> tryLease(ModelName model, long version) {
    return leasable.tryLease(model, version);
  }

  /** What the operator chose for a version, while it is within reach. */
  public Optional<ModelSettings> settings(VersionId id) {
    return leasable.settings(id);
  }

  /** All models by name, each with its versions, newest first. */
  public SortedMap<ModelName, List<VersionStatus>> statuses() {
    synchronized (lock) {
      SortedMap<ModelName, List<VersionStatus>> all = new TreeMap<>();
      slots.forEach((model, ofModel) -> all.put(model, statuses(ofModel)));
      return all;
    }
  }

  /** The versions of one model, newest first; empty when it is not known. */
  public Optional<List<VersionStatus>> statuses(ModelName model) {
    synchronized (lock) {
      return Optional.ofNullable(slots.get(model)).map(ModelCatalog::statuses);
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
   * Tells a listener the present state of every version, then each change, until the subscription
   * is closed.
   */
  public Subscription subscribe(CatalogListener listener) {
    synchronized (lock) {
      slots.values().forEach(ofModel -> statuses(ofModel).forEach(listener::onChange));
      listeners.add(listener);
    }
    return () -> listeners.remove(listener);
  }

  /** Waits until nothing is waiting to be loaded, being loaded, or draining. */
  public void awaitSettled() throws InterruptedException {
    synchronized (lock) {
      while (!isSettled()) {
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
      for (Map.Entry<ModelName, NavigableMap<Long, VersionSlot>> entry : slots.entrySet()) {
        entry.getValue().values().forEach(slot -> slot.setAspired(false));
      }
      List.copyOf(slots.keySet()).forEach(this::reconcile);
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
  private boolean isSettled() {
    return slots.values().stream()
        .flatMap(ofModel -> ofModel.values().stream())
        .allMatch(
            slot -> slot.state() == VersionState.AVAILABLE || slot.state() == VersionState.FAILED);
  }

  @GuardedBy("lock")
  private void reconcile(ModelName model) {
    NavigableMap<Long, VersionSlot> ofModel = slots.get(model);
    if (ofModel == null) {
      return;
    }
    Optional<CatalogAction> next;
    while ((next = AvailabilityPolicy.next(snapshots(ofModel))).isPresent()) {
      CatalogAction action = next.get();
      VersionSlot slot = Objects.requireNonNull(ofModel.get(action.number()));
      if (action instanceof CatalogAction.Load) {
        slot.moveTo(VersionState.LOADING, clock.instant());
        announce(slot);
        loads.execute(() -> load(slot));
      } else if (action instanceof CatalogAction.Unload) {
        slot.moveTo(VersionState.DRAINING, clock.instant());
        announce(slot);
        leasable.remove(slot.source().id());
        LeaseCount leases = slot.leases();
        if (leases != null) {
          leases.shut();
        }
      } else {
        drop(ofModel, slot);
      }
    }
    if (ofModel.isEmpty()) {
      slots.remove(model);
    }
    lock.notifyAll();
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
        reconcile(id.model());
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
      return slots
          .getOrDefault(source.id().model(), new TreeMap<>())
          .descendingMap()
          .values()
          .stream()
          .filter(slot -> slot.state() == VersionState.AVAILABLE)
          .filter(slot -> slot.source().settings().equals(source.settings()))
          .findFirst()
          .flatMap(slot -> slot.status().warmUp());
    }
  }

  private void fail(VersionSlot slot, ErrorReason reason, String message) {
    observer.onLoaded(slot.source().id(), reason);
    synchronized (lock) {
      slot.fail(reason, message, clock.instant());
      announce(slot);
      reconcile(slot.source().id().model());
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
      drop(Objects.requireNonNull(slots.get(slot.source().id().model())), slot);
      reconcile(slot.source().id().model());
    }
  }

  @GuardedBy("lock")
  private void drop(NavigableMap<Long, VersionSlot> ofModel, VersionSlot slot) {
    slot.released(clock.instant());
    ofModel.remove(slot.source().id().number());
    announce(slot);
  }

  @GuardedBy("lock")
  private void announce(VersionSlot slot) {
    log.info("{} is {}", slot.source().id(), slot.state());
    listeners.forEach(listener -> listener.onChange(slot.status()));
  }

  private static List<VersionStatus> statuses(NavigableMap<Long, VersionSlot> ofModel) {
    return ofModel.descendingMap().values().stream().map(VersionSlot::status).toList();
  }

  private static List<SlotSnapshot> snapshots(NavigableMap<Long, VersionSlot> ofModel) {
    List<SlotSnapshot> snapshots = new ArrayList<>();
    ofModel.values().forEach(slot -> snapshots.add(slot.snapshot()));
    return snapshots;
  }
}
