package dev.millrace.server.tensorflow.inspect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** A graph's nodes and the functions of its library, by name. Immutable. */
public final class GraphView {
  private final Scope top;
  private final Map<String, FunctionDef> functions = new HashMap<>();

  /** A view of a graph as a SavedModel holds it. */
  public GraphView(GraphDef graph) {
    top = new Scope(graph.getNodeList());
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
  }

  /** The shape that a placeholder of the graph was made with; empty when its rank is open. */
  public Optional<TensorShapeProto> placeholderShape(String name) {
    return top.node(nodeName(name))
        .filter(node -> node.getOp().startsWith("Placeholder"))
        .map(node -> node.getAttrMap().get("shape"))
        .filter(AttrValue::hasShape)
        .map(AttrValue::getShape)
        // Graphs of old say "scalar" where they mean "unknown".
        .filter(shape -> !shape.getUnknownRank() && shape.getDimCount() > 0);
  }

  Scope top() {
    return top;
  }

  Optional<FunctionDef> function(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /** The nodes of all functions' bodies. */
  Stream<NodeDef> functionNodes() {
    return functions.values().stream().flatMap(function -> function.getNodeDefList().stream());
  }

  /**
   * Every node that may run when some tensors are computed: those of the graph on which they
   * depend, and all in the bodies of functions that these may call.
   */
  List<Located> reachable(Collection<String> fetches) {
    List<Located> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<String> names = new ArrayDeque<>(fetches);
    Deque<FunctionDef> called = new ArrayDeque<>();
    while (!names.isEmpty()) {
      String name = nodeName(names.pop());
      Optional<NodeDef> node = top.node(name);
      if (node.isPresent() && seen.add(name)) {
        found.add(new Located(top, node.get()));
        called.addAll(functionsOf(node.get()));
        names.addAll(node.get().getInputList());
      }
    }
    Set<String> entered = new HashSet<>();
    while (!called.isEmpty()) {
      FunctionDef function = called.pop();
      if (entered.add(function.getSignature().getName())) {
        Scope body = new Scope(function.getNodeDefList());
        for (NodeDef node : function.getNodeDefList()) {
          found.add(new Located(body, node));
          called.addAll(functionsOf(node));
        }
      }
    }
    return found;
  }

  /** The functions that a node may run: those its attributes name, and itself if it is a call. */
  List<FunctionDef> functionsOf(NodeDef node) {
    List<FunctionDef> called = new ArrayList<>();
    function(node.getOp()).ifPresent(called::add);
    for (AttrValue value : node.getAttrMap().values()) {
      if (value.hasFunc()) {
        function(value.getFunc().getName()).ifPresent(called::add);
      }
      for (NameAttrList each : value.getList().getFuncList()) {
        function(each.getName()).ifPresent(called::add);
      }
    }
    return called;
  }

  /** The node that an input such as {@code node:out:0}, {@code node:0} or {@code ^node} means. */
  static String nodeName(String input) {
    int from = input.startsWith("^") ? 1 : 0;
    int colon = input.indexOf(':');
    return input.substring(from, colon < 0 ? input.length() : colon);
  }

  /** A node among those that its inputs name. */
  record Located(Scope scope, NodeDef node) {}

  /** Nodes that see one another: those of the graph, or of one function's body. */
  static final class Scope {
    private final Map<String, NodeDef> nodes = new HashMap<>();

    Scope(List<NodeDef> list) {
      list.forEach(node -> nodes.put(node.getName(), node));
    }

    Stream<NodeDef> nodes() {
      return nodes.values().stream();
    }

    Optional<NodeDef> node(String name) {
      return Optional.ofNullable(nodes.get(name));
    }
  }
}
