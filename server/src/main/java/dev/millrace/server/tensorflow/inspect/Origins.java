package dev.millrace.server.tensorflow.inspect;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/** Tells of tensors in the graph, or in one function's body, whether the loader feeds them. */
final class Origins {
  private static final int LONGEST = 50;

  private final GraphView.Scope scope;
  private final Set<String> fed;
  private final boolean inFunction;
  private final Optional<NamedVariables> variables;

  /**
   * Tensors of the graph.
   *
   * @param variables follows a path through a variable; empty where none is followed
   */
  Origins(GraphView.Scope top, Set<String> fed, Optional<NamedVariables> variables) {
    this.scope = top;
    this.fed = fed;
    this.inFunction = false;
    this.variables = variables;
  }

  /**
   * Tensors of a function.
   *
   * @param arguments of each whether the loader feeds it
   */
  Origins(FunctionDef function, List<Boolean> arguments) {
    this.scope = new GraphView.Scope(function.getNodeDefList());
    Set<String> names = new HashSet<>();
    List<String> all = new ArrayList<>();
    function.getSignature().getInputArgList().forEach(arg -> all.add(arg.getName()));
    for (int i = 0; i < all.size(); i++) {
      if (arguments.get(i)) {
        names.add(all.get(i));
      }
    }
    this.fed = names;
    this.inFunction = true;
    this.variables = Optional.empty();
  }

  /** True when an input of a node surely is what the loader feeds. */
  boolean isFed(String input) {
    String tensor = input;
    for (int i = 0; i < LONGEST; i++) {
      if (tensor.startsWith("^")) {
        return false;
      }
      if (fed.contains(normal(tensor))) {
        return true;
      }
      Optional<NodeDef> node = scope.node(GraphView.nodeName(tensor));
      if (node.isEmpty() || node.get().getInputCount() == 0) {
        return false;
      }
      String source = node.get().getInput(0);
      if (node.get().getOp().equals("ReadVariableOp")) {
        return variables.filter(known -> known.holdsOnly(source, fed)).isPresent();
      }
      if (!node.get().getOp().equals("Identity")) {
        return false;
      }
      tensor = source;
    }
    return false;
  }

  private String normal(String tensor) {
    return inFunction || tensor.contains(":") ? tensor : tensor + ":0";
  }
}
