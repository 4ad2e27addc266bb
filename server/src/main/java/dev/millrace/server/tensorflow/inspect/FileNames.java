package dev.millrace.server.tensorflow.inspect;

import static dev.millrace.server.tensorflow.inspect.RefusedGraphException.quoted;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Proves that ops read only files that the loader names: follows each op's file name back through
 * identities, variables and arguments of functions to the tensors that the loader feeds. What
 * cannot be proven is refused. One model, one thread.
 */
final class FileNames {
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");
  private static final long MOST_VISITS = 2_000_000;

  private final GraphView graph;
  private final NamedVariables variables;

  FileNames(GraphView graph) {
    this.graph = graph;
    this.variables = new NamedVariables(graph);
  }

  /**
   * Checks all that may run when some tensors are computed.
   *
   * @param fed tensors of the graph that the loader feeds
   * @param reads tells the ops that read a file
   * @param what what the loader feeds, in words
   */
  void check(Collection<String> fetches, Set<String> fed, Predicate<String> reads, String what)
      throws RefusedGraphException {
    List<NodeDef> nodes =
        graph.reachable(fetches).stream()
            .filter(located -> located.scope() == graph.top())
            .map(GraphView.Located::node)
            .toList();
    new Walk(reads, what)
        .visit(nodes, new Origins(graph.top(), fed, Optional.of(variables)), "the graph");
  }

  private final class Walk {
    private final Predicate<String> reads;
    private final String what;
    private final Set<Object> ways = new HashSet<>();
    private long visits;

    Walk(Predicate<String> reads, String what) {
      this.reads = reads;
      this.what = what;
    }

    void visit(List<NodeDef> nodes, Origins origins, String where) throws RefusedGraphException {
      visits += nodes.size();
      if (visits > MOST_VISITS) {
        throw new RefusedGraphException("its functions are called in too many ways");
      }
      for (NodeDef node : nodes) {
        if (reads.test(node.getOp())) {
          int index = FileOps.fileInput(node.getOp());
          if (index >= node.getInputCount() || !origins.isFed(node.getInput(index))) {
            throw new RefusedGraphException(
                "op "
                    + quoted(node.getOp())
                    + " in "
                    + where
                    + " reads a file that is not "
                    + what);
          }
        }
        enter(node, origins);
      }
    }

    private void enter(NodeDef node, Origins origins) throws RefusedGraphException {
      Optional<FunctionDef> called = called(node);
      for (FunctionDef function : graph.functionsOf(node)) {
        List<Boolean> arguments = new ArrayList<>();
        boolean direct = called.filter(same -> same == function).isPresent();
        for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
          arguments.add(direct && i < node.getInputCount() && origins.isFed(node.getInput(i)));
        }
        String name = function.getSignature().getName();
        if (ways.add(List.of(name, arguments))) {
          visit(
              function.getNodeDefList(),
              new Origins(function, arguments),
              "function " + quoted(name));
        }
      }
    }

    /** The function whose arguments are the node's inputs, one each. */
    private Optional<FunctionDef> called(NodeDef node) {
      if (!CALLS.contains(node.getOp())) {
        return graph.function(node.getOp()).filter(FileNames::takesSingles);
      }
      AttrValue function = node.getAttrOrDefault("f", AttrValue.getDefaultInstance());
      return graph.function(function.getFunc().getName()).filter(FileNames::takesSingles);
    }
  }

  private static boolean takesSingles(FunctionDef function) {
    return function.getSignature().getInputArgList().stream()
        .allMatch(arg -> arg.getNumberAttr().isEmpty() && arg.getTypeListAttr().isEmpty());
  }
}
