package dev.millrace.server.rollout;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels as a list has them: all of a listed model's but the champion's. One whose version does not
 * answer yet is set when it does. Each is set once, so that it can be moved by other means after
 * it. Thread-safe.
 */
final class ListedLabels {
  private static final Logger log = LoggerFactory.getLogger(ListedLabels.class);

  private final ModelCatalog catalog;
  private final Registry registry;
  private final SetLabel setLabel;
  private final boolean ofUnwanted;

  @GuardedBy("this")
  private Map<ModelName, Map<String, Long>> due = new TreeMap<>();

  @GuardedBy("this")
  private ChangeOrder order = new ChangeOrder("", "", "");

  ListedLabels(ModelCatalog catalog, Registry registry, SetLabel setLabel, boolean ofUnwanted) {
    this.catalog = catalog;
    this.registry = registry;
    this.setLabel = setLabel;
    this.ofUnwanted = ofUnwanted;
  }

  /**
   * Passes when the versions of all labels will answer once the list holds.
   *
   * @param whole versions that there are
   * @throws ServingException LABEL_UNAVAILABLE
   */
  void require(ServedModel model, SortedSet<Long> whole) {
    Set<Long> wanted = new TreeSet<>(ofUnwanted ? whole : model.versions().of(whole));
    wanted.retainAll(whole);
    for (Map.Entry<String, Long> label : model.labels().entrySet()) {
      if (!wanted.contains(label.getValue())) {
        throw new ServingException(
            ErrorReason.LABEL_UNAVAILABLE,
            "Request to assign label to version "
                + label.getValue()
                + " of model "
                + model.name()
                + ", which is not currently available for inference",
            Map.of("model", model.name().id(), "label", label.getKey()));
      }
    }
  }

  /** Takes away labels that are not listed, and sets those that can be set. */
  synchronized void follow(List<ServedModel> models, ChangeOrder by) {
    order = by;
    due = new TreeMap<>();
    for (ServedModel model : models) {
      boolean known = catalog.statuses(model.name()).isPresent();
      for (String label : registry.get(model.name()).labels().keySet()) {
        if (known && !model.labels().containsKey(label) && !label.equals(ModelRecord.CHAMPION)) {
          setLabel.remove(model.name(), label, by);
        }
      }
      if (!model.labels().isEmpty()) {
        due.put(model.name(), new TreeMap<>(model.labels()));
      }
    }
    settle();
    due.forEach(
        (model, labels) ->
            labels.forEach(
                (label, number) ->
                    log.warn(
                        "label {} of {} waits until version {} answers", label, model, number)));
  }

  /** Sets those that could not be set before. */
  synchronized void settle() {
    for (Map.Entry<ModelName, Map<String, Long>> model : due.entrySet()) {
      for (Map.Entry<String, Long> label : List.copyOf(model.getValue().entrySet())) {
        VersionId id = new VersionId(model.getKey(), label.getValue());
        if (answers(id)) {
          setLabel.set(id, label.getKey(), order);
          model.getValue().remove(label.getKey());
        }
      }
    }
    due.values().removeIf(Map::isEmpty);
  }

  private boolean answers(VersionId id) {
    return catalog.statuses(id.model()).orElse(List.of()).stream()
        .anyMatch(
            status ->
                status.id().equals(id) && (ofUnwanted || status.state() == VersionState.AVAILABLE));
  }
}
