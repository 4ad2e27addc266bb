package dev.millrace.server.tensorflow.inspect;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Finds the rank that a graph needs of inputs whose signature leaves it open. From each op that
 * ends the process on a wrong rank it goes back to the inputs, through ops whose effect on ranks is
 * known and into functions. Good for one signature; confined to one thread.
 */
public final class RankNeeds {
  private static final int MOST_STEPS = 1_000_000;

  private record Place(Frame frame, String input, int rank) {}

  private final GraphView graph;
  private final Map<String, Optional<Integer>> feeds;
  private final Map<String, Integer> needs = new HashMap<>();
  private final Set<Place> seen = new HashSet<>();
  private final Deque<Place> open = new ArrayDeque<>();
  private int steps;

  /**
   * An analysis of one signature.
   *
   * @param feeds the graph tensors that are fed, such as {@code x:0}, with their ranks where known
   */
  public RankNeeds(GraphView graph, Map<String, Optional<Integer>> feeds) {
    this.graph = graph;
    this.feeds = feeds;
  }

  /**
   * The rank of each fed tensor that is bound to one; the others may have any.
   *
   * @param fetches the graph tensors that are computed
   * @throws UnclearGraphException if no rank can be told, or no one rank would do
   */
  public Map<String, Integer> of(Collection<String> fetches) {
    Frame top = Frame.top(graph);
    Set<String> seenNodes = new HashSet<>();
    Deque<String> names = new ArrayDeque<>(fetches);
    while (!names.isEmpty()) {
      String name = names.pop();
      Optional<NodeDef> node = top.node(name);
      if (!feeds.containsKey(key(name))
          && node.isPresent()
          && seenNodes.add(node.get().getName())) {
        visit(top, node.get());
        names.addAll(node.get().getInputList());
      }
    }
    while (!open.isEmpty()) {
      trace(open.pop());
    }
    return Map.copyOf(needs);
  }

  private void visit(Frame frame, NodeDef node) {
    countStep();
    RankRules.critical(node)
        .ifPresent(critical -> need(frame, node.getInput(critical.input()), critical.rank()));
    if (RankRules.comparesRanks(node)) {
      for (String input : dataInputs(node)) {
        if (frame.node(input).flatMap(RankRules::fixed).isEmpty()
            && dependsOnOpenRank(frame, input)) {
          throw new UnclearGraphException("no rank can be told before " + node.getOp());
        }
      }
    }
    for (FunctionDef function : graph.functionsOf(node)) {
      Frame body = frame.enter(node, function);
      // Shapes noted inside the body hold for arguments of the ranks noted beside it.
      function
          .getArgAttrMap()
          .forEach(
              (place, attributes) -> {
                AttrValue shapes = attributes.getAttrMap().get("_output_shapes");
                if (shapes != null) {
                  RankRules.onlyRank(shapes).ifPresent(rank -> argument(body, place, rank));
                }
              });
      function.getNodeDefList().forEach(inner -> visit(body, inner));
    }
  }

  private void need(Frame frame, String input, int rank) {
    Place place = new Place(frame, input, rank);
    if (seen.add(place)) {
      open.push(place);
    }
  }

  private void trace(Place place) {
    countStep();
    Frame frame = place.frame();
    int rank = place.rank();
    if (frame.caller().isEmpty() && feeds.containsKey(key(place.input()))) {
      fed(key(place.input()), rank);
      return;
    }
    int argument = frame.argument(place.input());
    if (argument >= 0) {
      argument(frame, argument, rank);
      return;
    }
    NodeDef node =
        frame.node(place.input()).orElseThrow(() -> new UnclearGraphException("a node is missing"));
    Optional<Integer> fixed = RankRules.fixed(node);
    if (fixed.isPresent()) {
      if (fixed.get() != rank) {
        throw new UnclearGraphException(node.getOp() + " gives another rank than is needed");
      }
      return;
    }
    List<FunctionDef> functions = graph.functionsOf(node);
    if (!functions.isEmpty()) {
      call(place, node, functions);
    } else {
      op(place, node);
    }
  }

  private void op(Place place, NodeDef node) {
    Frame frame = place.frame();
    int rank = place.rank();
    if (RankRules.isSameAsFirst(node)
        || (node.getOp().startsWith("FusedBatchNorm") && isFirstOutput(place.input()))) {
      need(frame, node.getInput(0), rank);
      return;
    }
    if (RankRules.isSameAsBoth(node)) {
      both(frame, node, rank);
      return;
    }
    switch (node.getOp()) {
      case "ExpandDims" -> need(frame, node.getInput(0), rank - 1);
      case "Pack" -> dataInputs(node).forEach(input -> need(frame, input, rank - 1));
      case "Unpack" -> need(frame, node.getInput(0), rank + 1);
      case "Split" -> need(frame, node.getInput(1), rank);
      case "SplitV" -> need(frame, node.getInput(0), rank);
      case "AddN", "Merge" -> dataInputs(node).forEach(input -> need(frame, input, rank));
      case "ConcatV2" -> {
        List<String> inputs = dataInputs(node);
        inputs.subList(0, inputs.size() - 1).forEach(input -> need(frame, input, rank));
      }
      case "Squeeze" -> {
        int axes =
            node.getAttrMap().containsKey("squeeze_dims")
                ? node.getAttrOrThrow("squeeze_dims").getList().getICount()
                : 0;
        if (axes == 0) {
          unclear(frame, node);
        } else {
          need(frame, node.getInput(0), rank + axes);
        }
      }
      case "Mean", "Sum", "Max", "Min", "Prod" -> reduction(frame, node, rank);
      case "Reshape" -> reshape(frame, node, rank);
      default -> unclear(frame, node);
    }
  }

  /**
   * Broadcasting gives the higher rank of the two; where one is known to be lower, it is the
   * other's.
   */
  private void both(Frame frame, NodeDef node, int rank) {
    for (int i = 0; i < 2; i++) {
      Optional<Integer> known = frame.node(node.getInput(i)).flatMap(RankRules::fixed);
      if (known.isEmpty() || known.get() > rank) {
        boolean free = known.isEmpty() && !dependsOnOpenRank(frame, node.getInput(i));
        if (!free) {
          need(frame, node.getInput(i), rank);
        }
      }
    }
  }

  private void reduction(Frame frame, NodeDef node, int rank) {
    boolean keeps =
        node.getAttrMap().containsKey("keep_dims") && node.getAttrOrThrow("keep_dims").getB();
    Optional<NodeDef> axes = frame.node(node.getInput(1)).filter(n -> n.getOp().equals("Const"));
    if (keeps) {
      need(frame, node.getInput(0), rank);
    } else if (axes.isPresent()) {
      need(frame, node.getInput(0), rank + (int) RankRules.elements(axes.get()));
    } else {
      unclear(frame, node);
    }
  }

  private void reshape(Frame frame, NodeDef node, int rank) {
    Optional<NodeDef> shape = frame.node(node.getInput(1));
    boolean constant = shape.isPresent() && shape.get().getOp().equals("Const");
    boolean packed = shape.isPresent() && shape.get().getOp().equals("Pack");
    if (!constant && !packed) {
      unclear(frame, node);
    } else if (rank
        != (constant ? RankRules.elements(shape.get()) : dataInputs(shape.get()).size())) {
      throw new UnclearGraphException("Reshape gives another rank than is needed");
    }
  }

  private void call(Place place, NodeDef node, List<FunctionDef> functions) {
    Frame frame = place.frame();
    int output = output(place.input(), node);
    switch (node.getOp()) {
      case "PartitionedCall",
          "StatefulPartitionedCall",
          "If",
          "StatelessIf",
          "Case",
          "StatelessCase" ->
          functions.forEach(
              function -> returned(frame.enter(node, function), output, place.rank()));
      case "While", "StatelessWhile" -> {
        need(frame, node.getInput(output), place.rank());
        String body = node.getAttrOrThrow("body").getFunc().getName();
        functions.stream()
            .filter(function -> function.getSignature().getName().equals(body))
            .forEach(function -> returned(frame.enter(node, function), output, place.rank()));
      }
      default -> {
        if (functions.get(0).getSignature().getName().equals(node.getOp())) {
          returned(frame.enter(node, functions.get(0)), output, place.rank());
        } else {
          unclear(frame, node);
        }
      }
    }
  }

  private void returned(Frame body, int output, int rank) {
    need(body, body.returned(output), rank);
  }

  /** What an argument must be, the caller's input must be, and in a loop the body's result too. */
  private void argument(Frame body, int place, int rank) {
    Frame caller = body.caller().orElseThrow();
    NodeDef call = body.call().orElseThrow();
    switch (call.getOp()) {
      case "PartitionedCall", "StatefulPartitionedCall" -> need(caller, call.getInput(place), rank);
      case "If", "StatelessIf", "Case", "StatelessCase" ->
          need(caller, call.getInput(place + 1), rank);
      case "While", "StatelessWhile" -> {
        need(caller, call.getInput(place), rank);
        graph
            .function(call.getAttrOrThrow("body").getFunc().getName())
            .ifPresent(loop -> returned(caller.enter(call, loop), place, rank));
      }
      default -> {
        if (graph.function(call.getOp()).isPresent()) {
          need(caller, call.getInput(place), rank);
        } else {
          unclear(caller, call);
        }
      }
    }
  }

  private void fed(String feed, int rank) {
    Optional<Integer> known = feeds.get(feed);
    Integer other = known != null && known.isPresent() ? known.get() : needs.put(feed, rank);
    if (other != null && other != rank) {
      throw new UnclearGraphException("an input would have to be of two ranks at once");
    }
  }

  private void unclear(Frame frame, NodeDef node) {
    for (String input : dataInputs(node)) {
      if (dependsOnOpenRank(frame, input)) {
        throw new UnclearGraphException("no rank can be told behind " + node.getOp());
      }
    }
  }

  private boolean dependsOnOpenRank(Frame start, String first) {
    Set<Place> reached = new HashSet<>();
    Deque<Place> left = new ArrayDeque<>(List.of(new Place(start, first, 0)));
    while (!left.isEmpty()) {
      countStep();
      Place place = left.pop();
      Frame frame = place.frame();
      if (!reached.add(place)) {
        continue;
      }
      Optional<Integer> feed = frame.caller().isEmpty() ? feeds.get(key(place.input())) : null;
      if (feed != null) {
        if (feed.isEmpty()) {
          return true;
        }
        continue;
      }
      boolean argument = frame.argument(place.input()) >= 0;
      Frame of = argument ? frame.caller().orElseThrow() : frame;
      Optional<NodeDef> node = argument ? frame.call() : frame.node(place.input());
      node.ifPresent(n -> dataInputs(n).forEach(input -> left.push(new Place(of, input, 0))));
    }
    return false;
  }

  private void countStep() {
    if (++steps > MOST_STEPS) {
      throw new UnclearGraphException("the graph is too large to tell ranks");
    }
  }

  private static List<String> dataInputs(NodeDef node) {
    return node.getInputList().stream().filter(input -> !input.startsWith("^")).toList();
  }

  private static String key(String input) {
    return input.indexOf(':') < 0 ? input + ":0" : input;
  }

  private static boolean isFirstOutput(String input) {
    return input.indexOf(':') < 0 || input.endsWith(":y:0") || input.matches("[^:]*:0");
  }

  /** The place of an output: {@code node:2}, {@code node:output:2}, or 0 of {@code node}. */
  private static int output(String input, NodeDef node) {
    int colon = input.lastIndexOf(':');
    try {
      return colon < 0 ? 0 : Integer.parseInt(input.substring(colon + 1));
    } catch (NumberFormatException malformed) {
      throw new UnclearGraphException(node.getOp() + " has an output of an odd name");
    }
  }
}
