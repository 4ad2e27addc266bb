package dev.millrace.server.tensorflow.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Tells what a variable may hold. TensorFlow finds variables by name, so all that have the same are
 * one, wherever they stand. Immutable.
 */
final class NamedVariables {
  private static final Set<String> HARMLESS = Set.of("ReadVariableOp", "VarIsInitializedOp");

  private final GraphView graph;
  private final Map<List<String>, List<String>> handles = new HashMap<>();
  private final Map<String, List<NodeDef>> users = new HashMap<>();
  private final Set<List<String>> inFunctions = new HashSet<>();

  NamedVariables(GraphView graph) {
    this.graph = graph;
    graph.functionNodes().filter(this::isOne).forEach(node -> inFunctions.add(name(node)));
    graph
        .top()
        .nodes()
        .forEach(
            node -> {
              if (isOne(node)) {
                handles.computeIfAbsent(name(node), n -> new ArrayList<>()).add(node.getName());
              }
              for (String input : node.getInputList()) {
                if (!input.startsWith("^")) {
                  users
                      .computeIfAbsent(GraphView.nodeName(input), n -> new ArrayList<>())
                      .add(node);
                }
              }
            });
  }

  /**
   * True when nothing but tensors that the loader feeds can ever be in a variable.
   *
   * @param handle the input by which a node of the graph has the variable
   * @param fed tensors of the graph
   */
  boolean holdsOnly(String handle, Set<String> fed) {
    Optional<NodeDef> variable = graph.top().node(GraphView.nodeName(handle)).filter(this::isOne);
    if (variable.isEmpty() || inFunctions.contains(name(variable.get()))) {
      return false;
    }
    return handles.getOrDefault(name(variable.get()), List.of()).stream()
        .allMatch(
            same ->
                users.getOrDefault(same, List.of()).stream()
                    .allMatch(
                        node -> HARMLESS.contains(node.getOp()) || assignsFed(node, same, fed)));
  }

  private boolean assignsFed(NodeDef node, String handle, Set<String> fed) {
    return node.getOp().equals("AssignVariableOp")
        && node.getInputCount() > 1
        && GraphView.nodeName(node.getInput(0)).equals(handle)
        // A path from variable to variable is not followed.
        && new Origins(graph.top(), fed, Optional.empty()).isFed(node.getInput(1));
  }

  private boolean isOne(NodeDef node) {
    return node.getOp().equals("VarHandleOp");
  }

  private static List<String> name(NodeDef variable) {
    String shared = text(variable, "shared_name");
    return List.of(text(variable, "container"), shared.isEmpty() ? variable.getName() : shared);
  }

  private static String text(NodeDef node, String attribute) {
    return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getS().toStringUtf8();
  }
}
