package dev.millrace.client;

import java.util.List;

/**
 * How one version differs from another; what is equal is left out.
 *
 * @param breaking true when a caller of the one would break with the other
 * @param signatures signatures, their inputs and outputs
 * @param parameters how it was trained, by name
 * @param metrics figures measured before publishing, by name
 * @param ops how often each op stands in the graph, by type
 * @param files sizes of files in bytes, by path
 */
public record VersionDiff(
    boolean breaking,
    List<Difference> signatures,
    List<Difference> parameters,
    List<Difference> metrics,
    List<Difference> ops,
    List<Difference> files) {
  /** Copies the lists. */
  public VersionDiff {
    signatures = List.copyOf(signatures);
    parameters = List.copyOf(parameters);
    metrics = List.copyOf(metrics);
    ops = List.copyOf(ops);
    files = List.copyOf(files);
  }
}
