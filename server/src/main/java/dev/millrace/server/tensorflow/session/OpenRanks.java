package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.server.tensorflow.inspect.GraphView;
import dev.millrace.server.tensorflow.inspect.RankNeeds;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives inputs whose signature leaves their rank open the shape that the graph needs, so that a
 * request of another rank is refused before a kernel sees it. Stateless.
 */
final class OpenRanks {
  private final GraphView graph;

  OpenRanks(GraphView graph) {
    this.graph = graph;
  }

  /**
   * The signature with all shapes that the graph needs.
   *
   * @throws dev.millrace.server.tensorflow.inspect.UnclearGraphException if they cannot be told
   */
  BoundSignature close(BoundSignature bound) {
    Map<String, TensorSpec> inputs = bound.signature().inputs();
    if (inputs.values().stream().noneMatch(spec -> spec.shape().isUnknownRank())) {
      return bound;
    }
    SortedMap<String, TensorSpec> closed = new TreeMap<>(inputs);
    // Shapes in the graph were told from its placeholders, so these must hold.
    closed.replaceAll(
        (name, spec) ->
            spec.shape().isUnknownRank()
                ? graph
                    .placeholderShape(bound.feeds().getOrDefault(name, ""))
                    .map(shape -> new TensorSpec(spec.dtype(), SignatureReader.shape(shape)))
                    .orElse(spec)
                : spec);
    Map<String, Optional<Integer>> ranks = new HashMap<>();
    closed.forEach(
        (name, spec) ->
            ranks.put(
                bound.feeds().getOrDefault(name, ""),
                spec.shape().isUnknownRank()
                    ? Optional.empty()
                    : Optional.of(spec.shape().rank())));
    Map<String, Integer> needs = new RankNeeds(graph, ranks).of(bound.fetches().values());
    closed.replaceAll(
        (name, spec) -> {
          Integer rank = needs.get(bound.feeds().getOrDefault(name, ""));
          return rank == null || !spec.shape().isUnknownRank()
              ? spec
              : new TensorSpec(spec.dtype(), allOpen(rank));
        });
    return new BoundSignature(
        new Signature(closed, bound.signature().outputs(), bound.signature().method()),
        bound.feeds(),
        bound.fetches(),
        bound.stateChange());
  }

  private static ShapeSpec allOpen(int rank) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, ShapeSpec.OPEN);
    return ShapeSpec.of(sizes);
  }
}
