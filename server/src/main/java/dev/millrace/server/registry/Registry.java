package dev.millrace.server.registry;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What is decided about all models. A change is written first and seen after; readers see it whole,
 * by one reference, and take no lock. Thread-safe.
 */
public final class Registry {
  private final RegistryStore store;
  private final InstantSource clock;
  private final Failpoints failpoints;
  private final Map<ModelName, ModelRecord> records = new ConcurrentHashMap<>();
  private final List<Consumer<ModelRecord>> listeners = new CopyOnWriteArrayList<>();
  private final Object changing = new Object();

  /** A registry with what the store holds. */
  public Registry(RegistryStore store, InstantSource clock) {
    this(store, clock, Failpoints.NONE);
  }

  /** The same, where a test may end the process. */
  public Registry(RegistryStore store, InstantSource clock, Failpoints failpoints) {
    this.failpoints = failpoints;
    this.store = store;
    this.clock = clock;
    store.models().forEach(record -> records.put(record.model(), record));
  }

  /** What is decided about a model; nothing, for one that is not known. */
  public ModelRecord get(ModelName model) {
    ModelRecord record = records.get(model);
    return record == null ? ModelRecord.of(model) : record;
  }

  /** What is decided about a model; empty for one that is not known. Allocates no record. */
  public Optional<ModelRecord> find(ModelName model) {
    return Optional.ofNullable(records.get(model));
  }

  /** The same reference with the number of the version in place of a label that is known. */
  public ModelReference resolve(ModelReference reference) {
    if (reference.choice() instanceof VersionChoice.Labelled labelled) {
      Long version = get(reference.model()).labels().get(labelled.label());
      if (version != null) {
        return new ModelReference(reference.model(), new VersionChoice.Exact(version));
      }
    }
    return reference;
  }

  /** Every model of which something is decided. */
  public List<ModelRecord> all() {
    return List.copyOf(records.values());
  }

  /**
   * Changes a model's record. The change may refuse by throwing; nothing is written then. A change
   * that changes nothing is not written either.
   *
   * @param etag the revision that the caller saw; empty to go without the check
   * @param event makes the history's event of the record before
   * @return the record after
   * @throws ServingException ETAG_MISMATCH, or what the change throws
   */
  public ModelRecord change(
      ModelName model,
      String etag,
      UnaryOperator<ModelRecord> change,
      Function<ModelRecord, HistoryEvent> event) {
    return change(model, etag, change, event, false);
  }

  /**
   * The same for what is done beside the record as well, such as a delete: it is written, and told
   * by the history, even when the record stays as it was.
   */
  public ModelRecord enact(
      ModelName model,
      String etag,
      UnaryOperator<ModelRecord> change,
      Function<ModelRecord, HistoryEvent> event) {
    return change(model, etag, change, event, true);
  }

  private ModelRecord change(
      ModelName model,
      String etag,
      UnaryOperator<ModelRecord> change,
      Function<ModelRecord, HistoryEvent> event,
      boolean always) {
    synchronized (changing) {
      ModelRecord before = get(model);
      if (!etag.isEmpty() && !etag.equals(before.etag())) {
        throw new ServingException(
            ErrorReason.ETAG_MISMATCH,
            "model '" + model + "' has changed since; look at it again and repeat the call",
            Map.of("model", model.id(), "etag", before.etag()));
      }
      ModelRecord changed = change.apply(before);
      if (changed.equals(before) && !always) {
        return before;
      }
      ModelRecord after = changed.revised();
      HistoryEvent told = event.apply(before).at(clock.instant());
      failpoints.reach("begin." + told.action());
      store.write(after, told);
      failpoints.reach("written." + told.action());
      records.put(model, after);
      listeners.forEach(listener -> listener.accept(after));
      return after;
    }
  }

  /** Hears of each change after it is seen, in order; must not change the registry itself. */
  public void onChange(Consumer<ModelRecord> listener) {
    listeners.add(listener);
  }

  /** Events of a model, newest first; see {@link RegistryStore#history}. */
  public List<HistoryEvent> history(ModelName model, long before, int limit) {
    return store.history(model, before, limit);
  }
}
