package dev.millrace.server.rollout;

import dev.millrace.server.repository.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How one version differs from another; what is equal is left out.
 *
 * @param signatures signatures, their inputs and outputs
 * @param parameters parameters of the training, by name
 * @param metrics figures measured before publishing, by name
 * @param ops how often each op stands in the graph, by type
 * @param files sizes of files in bytes, by path
 */
public record VersionDiff(
    List<Difference> signatures,
    List<Difference> parameters,
    List<Difference> metrics,
    List<Difference> ops,
    List<Difference> files) {
  static VersionDiff between(VersionContent base, VersionContent changed) {
    return new VersionDiff(
        SignatureChanges.between(base.model().signatures(), changed.model().signatures()),
        maps(making(base), making(changed)),
        maps(metrics(base), metrics(changed)),
        maps(base.model().ops(), changed.model().ops()),
        maps(base.files(), changed.files()));
  }

  /** True when a caller of the one would break with the other. */
  public boolean breaking() {
    return signatures.stream().anyMatch(Difference::breaking);
  }

  private static SortedMap<String, String> making(VersionContent version) {
    SortedMap<String, String> making = new TreeMap<>();
    version
        .manifest()
        .ifPresent(
            manifest -> {
              making.putAll(manifest.parameters());
              put(making, "recipe", manifest.recipe());
              put(making, "dataset", manifest.dataset());
              put(making, "dataset digest", manifest.datasetDigest());
              if (!manifest.recipe().isEmpty()) {
                making.put("seed", Long.toString(manifest.seed()));
              }
            });
    return making;
  }

  private static void put(SortedMap<String, String> map, String name, String value) {
    if (!value.isEmpty()) {
      map.put(name, value);
    }
  }

  private static SortedMap<String, Double> metrics(VersionContent version) {
    return version.manifest().map(Manifest::metrics).orElseGet(TreeMap::new);
  }

  private static List<Difference> maps(Map<String, ?> base, Map<String, ?> changed) {
    TreeSet<String> names = new TreeSet<>(base.keySet());
    names.addAll(changed.keySet());
    List<Difference> differences = new ArrayList<>();
    for (String name : names) {
      String before = text(base, name);
      String after = text(changed, name);
      if (!before.equals(after)) {
        differences.add(new Difference(name, before, after, false));
      }
    }
    return differences;
  }

  private static String text(Map<String, ?> map, String name) {
    Object value = map.get(name);
    return value == null ? "" : value.toString();
  }
}
