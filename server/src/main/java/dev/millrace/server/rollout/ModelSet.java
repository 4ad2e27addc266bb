package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Serves the models of a list and no others: versions that are missing are loaded first, then
 * labels are set, then what is left over goes. It is done once, to the versions that there are;
 * those that come later follow each model's own settings. Thread-safe; of two at the same time, the
 * later one's moves are the last.
 */
public final class ModelSet {
  private final ModelCatalog catalog;
  private final Registry registry;
  private final VersionLife life;
  private final Executor executor;

  /**
   * A set over the use cases of versions.
   *
   * @param executor goes on after loads
   */
  public ModelSet(ModelCatalog catalog, Registry registry, VersionLife life, Executor executor) {
    this.catalog = catalog;
    this.registry = registry;
    this.life = life;
    this.executor = executor;
  }

  /**
   * Replaces what is served.
   *
   * @return complete when the list holds; or a ServingException when a version cannot be loaded, a
   *     label's version is not available (LABEL_INVALID is its form's), or something else holds
   *     what should go
   * @throws ServingException MODEL_NOT_FOUND or VERSION_NOT_FOUND, before anything is changed
   */
  public CompletionStage<Void> replace(List<ServedModel> models, ChangeOrder order) {
    List<CompletableFuture<Void>> loads = new ArrayList<>();
    models.forEach(model -> wanted(model).forEach(id -> require(id)));
    for (ServedModel model : models) {
      for (VersionId id : wanted(model)) {
        life.load().load(id, order);
        loads.add(available(id).toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(loads.toArray(CompletableFuture<?>[]::new))
        .thenRunAsync(
            () -> {
              models.forEach(model -> label(model, order));
              letGo(models, order);
            },
            executor);
  }

  private Set<VersionId> wanted(ServedModel model) {
    SortedSet<Long> known = new TreeSet<>();
    versions(model.name()).forEach(status -> known.add(status.id().number()));
    Set<VersionId> wanted = new HashSet<>();
    model.versions().of(known).forEach(number -> wanted.add(new VersionId(model.name(), number)));
    return wanted;
  }

  private void require(VersionId id) {
    catalog.statuses(new ModelReference(id.model(), new VersionChoice.Exact(id.number())));
  }

  private List<VersionStatus> versions(ModelName model) {
    return catalog.statuses(new ModelReference(model, new VersionChoice.Latest()));
  }

  private CompletionStage<Void> available(VersionId id) {
    return StateWait.until(
        catalog,
        id,
        status -> status.state() == VersionState.AVAILABLE,
        status ->
            status.state() == VersionState.FAILED
                ? Optional.of(
                    new ServingException(
                        ErrorReason.LOAD_FAILED,
                        id + " did not become available: " + status.message()))
                : Optional.empty(),
        executor);
  }

  private void label(ServedModel model, ChangeOrder order) {
    model
        .labels()
        .forEach(
            (label, number) -> {
              boolean available =
                  versions(model.name()).stream()
                      .anyMatch(
                          status ->
                              status.id().number() == number
                                  && status.state() == VersionState.AVAILABLE);
              if (!available) {
                throw new ServingException(
                    ErrorReason.LABEL_UNAVAILABLE,
                    "Request to assign label to version "
                        + number
                        + " of model "
                        + model.name()
                        + ", which is not currently available for inference",
                    Map.of("model", model.name().id(), "label", label));
              }
              life.label().set(new VersionId(model.name(), number), label, order);
            });
    dropLabels(model.name(), model.labels().keySet(), order);
  }

  private void dropLabels(ModelName model, Set<String> kept, ChangeOrder order) {
    for (String label : registry.get(model).labels().keySet()) {
      if (!kept.contains(label) && !label.equals(ModelRecord.CHAMPION)) {
        life.label().remove(model, label, order);
      }
    }
  }

  private void letGo(List<ServedModel> models, ChangeOrder order) {
    Set<VersionId> kept = new HashSet<>();
    Set<ModelName> listed = new HashSet<>();
    for (ServedModel model : models) {
      kept.addAll(wanted(model));
      listed.add(model.name());
      registry
          .get(model.name())
          .labels()
          .values()
          .forEach(number -> kept.add(new VersionId(model.name(), number)));
    }
    catalog
        .statuses()
        .forEach(
            (model, versions) -> {
              if (!listed.contains(model)) {
                dropLabels(model, Set.of(), order);
              }
              versions.stream()
                  .filter(status -> !kept.contains(status.id()))
                  .filter(status -> status.state() != VersionState.STORED)
                  .forEach(status -> life.unload().unload(status.id(), order));
            });
  }
}
