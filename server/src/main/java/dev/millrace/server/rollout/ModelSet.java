package dev.millrace.server.rollout;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.ModelRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Serves the models of a list and no others, from now on: versions that come later are chosen by
 * the list as well, until another list takes its place. What was wanted before of versions by Load
 * and Unload ends with it; what labels, traffic and a bake period need stays loaded. Thread-safe;
 * of two lists at the same time, the later one holds.
 */
public final class ModelSet {
  private final ServedList list;
  private final ModelCatalog catalog;
  private final Registry registry;
  private final ModelRepository repository;
  private final VersionLife life;
  private final Consumer<ModelName> wake;
  private final BasePathRule basePaths;
  private final ListedLabels labels;
  private final Consumer<Runnable> between;
  private final Runnable scan;
  private final Executor executor;
  private final AtomicLong lists = new AtomicLong();

  @GuardedBy("this")
  private Waits waits = new Waits(0, List.of());

  /** What the caller of a list waits for. */
  private record Waits(long list, List<CompletableFuture<Void>> loads) {
    void overtake() {
      ServingException overtaken =
          new ServingException(
              ErrorReason.SUPERSEDED,
              "another list of models has taken the place of this one; look at the models and"
                  + " repeat the call");
      loads.forEach(load -> load.completeExceptionally(overtaken));
    }
  }

  /**
   * A set that no list was given to yet.
   *
   * @param labelsOfUnwanted true to take labels of versions that lie there and are not chosen, and
   *     to load these
   * @param wake ends the sleep of a model that went for want of memory
   * @param between makes a change while no scan is under way
   * @param scan states anew what shall be loaded, now and once more a little later
   * @param executor goes on after loads
   */
  public ModelSet(
      ServedList list,
      ModelCatalog catalog,
      Registry registry,
      ModelRepository repository,
      VersionLife life,
      Consumer<ModelName> wake,
      BasePathRule basePaths,
      boolean labelsOfUnwanted,
      Consumer<Runnable> between,
      Runnable scan,
      Executor executor) {
    this.list = list;
    this.catalog = catalog;
    this.registry = registry;
    this.repository = repository;
    this.life = life;
    this.wake = wake;
    this.basePaths = basePaths;
    this.labels = new ListedLabels(catalog, registry, life.label(), labelsOfUnwanted);
    this.between = between;
    this.scan = scan;
    this.executor = executor;
  }

  /**
   * Replaces what is served by what a caller wants.
   *
   * @return complete when the list's versions are loaded and its labels set; a ServingException
   *     when a version cannot be loaded, while the rest of the list holds, or SUPERSEDED when
   *     another list comes first
   * @throws ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND, LABEL_UNAVAILABLE or
   *     PARAMETER_INVALID, before anything is changed
   */
  public CompletionStage<Void> replace(List<ServedModel> models, ChangeOrder order) {
    for (ServedModel model : models) {
      Optional<Path> outside = outside(model);
      outside.ifPresent(path -> basePaths.check(model.name(), path));
      SortedSet<Long> whole = repository.whole(model.name(), outside);
      requireVersions(model, whole);
      labels.require(model, whole);
    }
    return apply(models, order);
  }

  /**
   * Follows the operator's own list, in which models, versions and labels may be ahead of the
   * files: they are loaded and set as soon as they are there.
   *
   * @return complete when those that are there are loaded; a ServingException when one cannot be
   */
  public CompletionStage<Void> follow(List<ServedModel> models, ChangeOrder order) {
    models.forEach(model -> outside(model).ifPresent(basePaths::learn));
    return apply(models, order);
  }

  /** Sets labels that could not be set before. To be called after scans. */
  public void settle() {
    labels.settle();
  }

  private CompletionStage<Void> apply(List<ServedModel> models, ChangeOrder order) {
    Map<ModelName, Path> outside = new HashMap<>();
    List<VersionId> ids = new ArrayList<>();
    for (ServedModel model : models) {
      Optional<Path> path = outside(model);
      path.ifPresent(basePath -> outside.put(model.name(), basePath));
      SortedSet<Long> whole = repository.whole(model.name(), path);
      Set<Long> wanted = new TreeSet<>(model.versions().of(whole));
      wanted.retainAll(whole);
      wanted.forEach(version -> ids.add(new VersionId(model.name(), version)));
    }
    long[] taken = new long[1];
    between.accept(
        () -> {
          taken[0] = lists.incrementAndGet();
          repository.basePaths().replace(outside);
          list.replace(models);
        });
    for (ServedModel model : models) {
      endWishes(model.name(), order);
      wake.accept(model.name());
    }
    scan.run();
    ids.forEach(catalog::retry);
    long number = taken[0];
    List<CompletableFuture<Void>> loads = ids.stream().map(this::available).toList();
    keepOnlyNewest(new Waits(number, loads));
    return CompletableFuture.allOf(loads.toArray(CompletableFuture<?>[]::new))
        .handleAsync(
            (nothing, failed) -> {
              if (lists.get() == number) {
                labels.follow(models, order);
              }
              return failed == null
                  ? CompletableFuture.<Void>completedFuture(null)
                  : CompletableFuture.<Void>failedFuture(failed);
            },
            executor)
        .thenCompose(ended -> ended);
  }

  /** Of two lists, the older one's versions may never be loaded. */
  private synchronized void keepOnlyNewest(Waits own) {
    if (own.list() < waits.list()) {
      own.overtake();
    } else {
      waits.overtake();
      waits = own;
    }
  }

  private Optional<Path> outside(ServedModel model) {
    return model.basePath().filter(path -> !repository.isOwn(model.name(), path));
  }

  private static void requireVersions(ServedModel model, SortedSet<Long> whole) {
    if (whole.isEmpty()) {
      throw new ServingException(
          ErrorReason.MODEL_NOT_FOUND,
          "Could not find any versions of model " + model.name(),
          Map.of("model", model.name().id()));
    }
    for (long number : model.versions().of(whole)) {
      if (!whole.contains(number)) {
        throw new ServingException(
            ErrorReason.VERSION_NOT_FOUND,
            "Could not find version " + number + " of model " + model.name(),
            KnownVersions.metadata(new VersionId(model.name(), number)));
      }
    }
  }

  private void endWishes(ModelName model, ChangeOrder order) {
    registry.change(
        model,
        "",
        ModelRecord::withoutWishes,
        before ->
            HistoryEvent.of(
                model, order.actor(), HistoryAction.LOADED, 0, 0, order.reason(), Map.of()));
  }

  private CompletableFuture<Void> available(VersionId id) {
    return StateWait.untilLoaded(catalog, id, id + " did not become available", executor);
  }
}
