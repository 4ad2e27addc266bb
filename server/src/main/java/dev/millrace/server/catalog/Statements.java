package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The versions that shall be loaded, as last stated of each model. Guarded by the catalog's lock.
 */
final class Statements {
  private final Map<ModelName, Set<Long>> wanted = new HashMap<>();

  /** Replaces what was stated of a model; returns the numbers of what is wanted now. */
  Set<Long> replace(ModelName model, Collection<ServableSource> sources) {
    Set<Long> numbers =
        sources.stream()
            .map(source -> source.id().number())
            .collect(Collectors.toUnmodifiableSet());
    if (numbers.isEmpty()) {
      wanted.remove(model);
    } else {
      wanted.put(model, numbers);
    }
    return numbers;
  }

  boolean want(VersionId id) {
    return wanted.getOrDefault(id.model(), Set.of()).contains(id.number());
  }
}
