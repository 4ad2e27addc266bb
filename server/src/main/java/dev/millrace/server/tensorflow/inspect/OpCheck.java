package dev.millrace.server.tensorflow.inspect;

import static dev.millrace.server.tensorflow.inspect.RefusedGraphException.quoted;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Holds every node of meta graphs and of their functions against the lists. One model, one thread.
 */
final class OpCheck {
  private static final Set<String> STREAMS =
      Set.of("", "stdout", "stderr", "log(info)", "log(warning)", "log(error)");

  private final OpLists lists;
  private final InspectionLimits limits;
  private final ConstantSizes constants;
  private int nodes;
  private int functions;

  OpCheck(OpLists lists, InspectionLimits limits) {
    this.lists = lists;
    this.limits = limits;
    this.constants = new ConstantSizes(limits.constantBytes());
  }

  /** Checks one meta graph; counts go on from those before. */
  void check(MetaGraphDef metaGraph, GraphView graph) throws RefusedGraphException {
    List<FunctionDef> library = metaGraph.getGraphDef().getLibrary().getFunctionList();
    functions += library.size();
    if (functions > limits.functions()) {
      throw new RefusedGraphException(
          "it has more than " + limits.functions() + " functions, which is the limit");
    }
    Set<String> names = new HashSet<>();
    for (FunctionDef function : library) {
      String name = function.getSignature().getName();
      if (lists.knows(name)) {
        throw new RefusedGraphException("a function has the name of op " + quoted(name));
      }
      if (!names.add(name)) {
        throw new RefusedGraphException("two functions have the name " + quoted(name));
      }
    }
    check(
        metaGraph.getGraphDef().getNodeList(),
        graph,
        "in the graph tagged "
            + quoted(String.join(",", metaGraph.getMetaInfoDef().getTagsList())));
    for (FunctionDef function : library) {
      String where = "in function " + quoted(function.getSignature().getName());
      check(function.getNodeDefList(), graph, where);
      refuseSwapping(function, where);
    }
  }

  private void check(List<NodeDef> scope, GraphView graph, String where)
      throws RefusedGraphException {
    nodes += scope.size();
    if (nodes > limits.nodes()) {
      throw new RefusedGraphException(
          "it has more than " + limits.nodes() + " nodes, which is the limit");
    }
    Set<String> names = new HashSet<>();
    for (NodeDef node : scope) {
      String op = node.getOp();
      if (!lists.allows(op) && !FileOps.isOne(op) && graph.function(op).isEmpty()) {
        throw new RefusedGraphException(
            "op "
                + quoted(op)
                + " "
                + where
                + lists
                    .refusal(op)
                    .map(does -> " " + does)
                    .orElse(" is none that this server knows"));
      }
      if (op.equals("PrintV2") && !STREAMS.contains(stream(node))) {
        throw new RefusedGraphException("op 'PrintV2' " + where + " writes a file");
      }
      if (!names.add(node.getName())) {
        throw new RefusedGraphException(
            "two nodes " + where + " have the name " + quoted(node.getName()));
      }
      constants.add(node);
    }
  }

  /**
   * TensorFlow may run one implementation of an interface in place of another, unseen from here.
   */
  private static void refuseSwapping(FunctionDef function, String where)
      throws RefusedGraphException {
    if (function.containsAttr("api_implements")) {
      for (NodeDef node : function.getNodeDefList()) {
        if (FileOps.isOne(node.getOp())) {
          throw new RefusedGraphException(
              "op "
                  + quoted(node.getOp())
                  + " "
                  + where
                  + " is part of an interchangeable function");
        }
      }
    }
  }

  private static String stream(NodeDef node) {
    return node.getAttrOrDefault("output_stream", AttrValue.getDefaultInstance())
        .getS()
        .toStringUtf8();
  }
}
