package dev.millrace.server.tensorflow.inspect;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds ops that leave a trace behind: that write variables, tables, queues or files. A run of
 * those counts, so it may neither be shared, repeated, nor made up. Generators of random numbers do
 * not count, though they advance.
 */
public final class StateChanges {
  private static final Pattern OPS =
      Pattern.compile(
          "Assign\\w*|StridedSliceAssign|ResourceStridedSliceAssign|(Resource)?CountUpTo"
              + "|Resource(Scatter|Apply|SparseApply|Accumulator|ConditionalAccumulator)\\w+"
              + "|(Sparse)?Apply[A-Z]\\w*|Scatter(Add|Sub|Mul|Div|Min|Max|Update)"
              + "|ScatterNd(Add|Sub|Min|Max|Update)|(Sparse)?Accumulator(Apply|Take)Gradient"
              + "|LookupTable(Insert|Remove|Import)\\w*"
              + "|Queue(Enqueue|Dequeue|Close)\\w*|Barrier(Insert|Take|Close)\\w*"
              + "|(Map|OrderedMap)?(Stage|Unstage)\\w*|\\w*IteratorGetNext\\w*|Reader(Read|Reset)\\w*"
              + "|WriteFile|Save(V2|Slices)?|Write\\w*Summary|BoostedTreesUpdateEnsemble\\w*");

  private final GraphView graph;

  /** Looks into a graph. */
  public StateChanges(GraphView graph) {
    this.graph = graph;
  }

  /**
   * The type of an op that changes state when these tensors are computed; empty when none does.
   *
   * @param fetches names such as {@code op:0}
   */
  public Optional<String> of(Collection<String> fetches) {
    return graph.reachable(fetches).stream()
        .map(located -> located.node().getOp())
        .filter(op -> OPS.matcher(op).matches())
        .findFirst();
  }
}
