package dev.millrace.server.tensorflow.inspect;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/** How deep functions call one another. Confined to one thread. */
final class CallDepth {
  private final GraphView graph;
  private final int deepest;
  private final Map<String, Integer> depths = new HashMap<>();
  private final Set<String> entered = new HashSet<>();

  CallDepth(GraphView graph, int deepest) {
    this.graph = graph;
    this.deepest = deepest;
  }

  /**
   * Follows a function's calls.
   *
   * @return functions in the longest chain that begins here
   * @throws RefusedGraphException if the chain is too long or comes back
   */
  int of(FunctionDef function) throws RefusedGraphException {
    String name = function.getSignature().getName();
    Integer known = depths.get(name);
    if (known != null) {
      return known;
    }
    if (!entered.add(name)) {
      throw new RefusedGraphException(
          "function " + RefusedGraphException.quoted(name) + " calls itself");
    }
    // Also the bound of this recursion.
    if (entered.size() > deepest) {
      throw tooDeep();
    }
    int below = 0;
    for (NodeDef node : function.getNodeDefList()) {
      for (FunctionDef called : graph.functionsOf(node)) {
        below = Math.max(below, of(called));
      }
    }
    entered.remove(name);
    if (below + 1 > deepest) {
      throw tooDeep();
    }
    depths.put(name, below + 1);
    return below + 1;
  }

  private RefusedGraphException tooDeep() {
    return new RefusedGraphException(
        "its functions call one another more than " + deepest + " deep");
  }
}
