package dev.millrace.server.tensorflow.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Nodes that see one another: those of the graph, or of one function's body. */
  static final class Scope {
    private final Map<String, NodeDef> nodes = new HashMap<>();

    Scope(List<NodeDef> list) {
      list.forEach(node -> nodes.put(node.getName(), node));
    }

    Optional<NodeDef> node(String name) {
      return Optional.ofNullable(nodes.get(name));
    }
  }
}
