package dev.millrace.server.tensorflow.inspect;

import java.util.Collection;
import java.util.Set;

/**
 * Tells the signatures that write or read a model's state in a file that whoever runs them names,
 * by the convention of LiteRT's on-device training. Training runs call them, and nobody else may.
 */
public final class KeptState {
  static final Set<String> NAMES = Set.of("save", "restore");

  private final GraphView graph;

  /** Looks into a graph. */
  public KeptState(GraphView graph) {
    this.graph = graph;
  }

  /**
   * True for a signature of this kind.
   *
   * @param fetches what it computes, names such as {@code op:0}
   */
  public boolean isOne(String signature, Collection<String> fetches) {
    return NAMES.contains(signature)
        && graph.reachable(fetches).stream().anyMatch(at -> FileOps.isOne(at.node().getOp()));
  }
}
