package dev.millrace.server.tensorflow.inspect;

import dev.millrace.server.tensorflow.inspect.GraphView.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** The graph, or a function's body as one node calls it. Confined to one thread. */
final class Frame {
  private static final int DEEPEST = 100;

  private final Scope scope;
  private final @Nullable Frame caller;
  private final @Nullable NodeDef call;
  private final @Nullable FunctionDef function;
  private final int depth;
  private final Map<String, Frame> calls = new HashMap<>();

  private Frame(
      Scope scope,
      @Nullable Frame caller,
      @Nullable NodeDef call,
      @Nullable FunctionDef function,
      int depth) {
    this.scope = scope;
    this.caller = caller;
    this.call = call;
    this.function = function;
    this.depth = depth;
  }

  static Frame top(GraphView graph) {
    return new Frame(graph.top(), null, null, null, 0);
  }

  /** The frame of a function that a node of this one calls; always the same one. */
  Frame enter(NodeDef node, FunctionDef called) {
    if (depth == DEEPEST) {
      throw new UnclearGraphException("functions call one another too deeply");
    }
    return calls.computeIfAbsent(
        node.getName() + '\n' + called.getSignature().getName(),
        key -> new Frame(new Scope(called.getNodeDefList()), this, node, called, depth + 1));
  }

  Optional<Frame> caller() {
    return Optional.ofNullable(caller);
  }

  Optional<NodeDef> call() {
    return Optional.ofNullable(call);
  }

  Optional<FunctionDef> function() {
    return Optional.ofNullable(function);
  }

  Optional<NodeDef> node(String input) {
    return scope.node(GraphView.nodeName(input));
  }

  /** Place of the argument that an input names; -1 when it names a node. */
  int argument(String input) {
    if (function != null) {
      OpDef signature = function.getSignature();
      for (int i = 0; i < signature.getInputArgCount(); i++) {
        if (signature.getInputArg(i).getName().equals(GraphView.nodeName(input))) {
          return i;
        }
      }
    }
    return -1;
  }

  /** What the called function returns at a place. */
  String returned(int output) {
    if (function == null || output >= function.getSignature().getOutputArgCount()) {
      throw new UnclearGraphException("a function lacks an output");
    }
    return function.getRetOrThrow(function.getSignature().getOutputArg(output).getName());
  }
}
