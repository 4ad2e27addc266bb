package dev.millrace.server.rollout;

import dev.millrace.server.model.ModelName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The models that are served, once somebody has given a list of them; every model of the repository
 * before. Thread-safe.
 */
public final class ServedList {
  private volatile @Nullable Map<ModelName, ServedModel> models;

  /** True for a model that is served. */
  public boolean serves(ModelName model) {
    Map<ModelName, ServedModel> listed = models;
    return listed == null || listed.containsKey(model);
  }

  /** What the list says of a model; empty without a list. */
  public Optional<ServedModel> of(ModelName model) {
    Map<ModelName, ServedModel> listed = models;
    return listed == null ? Optional.empty() : Optional.ofNullable(listed.get(model));
  }

  /** Takes the place of the list before. */
  void replace(List<ServedModel> next) {
    Map<ModelName, ServedModel> listed = new TreeMap<>();
    next.forEach(model -> listed.put(model.name(), model));
    models = listed;
  }
}
