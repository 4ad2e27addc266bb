package dev.millrace.server.tensorflow.inspect;

import dev.millrace.server.tensorflow.inspect.GraphView.Located;
import java.util.Collection;
import java.util.Optional;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Finds transposed convolutions of a fixed output size behind images of an open size. With oneDNN
 * their kernel ends the process when the two do not fit together.
 */
public final class TransposedConvolutions {
  private final GraphView graph;

  /** Looks into a graph. */
  public TransposedConvolutions(GraphView graph) {
    this.graph = graph;
  }

  /**
   * Passes tensors that are computed without one.
   *
   * @param fetches names such as {@code op:0}
   * @throws UnclearGraphException if there is one
   */
  public void check(Collection<String> fetches) {
    for (Located located : graph.reachable(fetches)) {
      String op = located.node().getOp();
      if ((op.equals("Conv2DBackpropInput") || op.equals("Conv3DBackpropInputV2"))
          && !fits(located)) {
        throw new UnclearGraphException(op + " gives a fixed size whatever it is given");
      }
    }
  }

  private static boolean fits(Located located) {
    Optional<NodeDef> sizes = located.scope().node(GraphView.nodeName(located.node().getInput(0)));
    boolean constant = sizes.isPresent() && sizes.get().getOp().equals("Const");
    boolean packed = sizes.isPresent() && sizes.get().getOp().equals("Pack");
    if (!constant && !packed) {
      return true;
    }
    Optional<TensorShapeProto> image =
        located
            .scope()
            .node(GraphView.nodeName(located.node().getInput(2)))
            .map(node -> node.getAttrMap().get("_output_shapes"))
            .filter(shapes -> shapes.getList().getShapeCount() == 1)
            .map(shapes -> shapes.getList().getShape(0));
    // Channels come last, and are the kernel's affair.
    int channels = located.node().getOp().equals("Conv2DBackpropInput") ? 3 : 4;
    for (int i = 0; i < channels; i++) {
      boolean fixed = constant || isConstant(located, sizes.get().getInput(i));
      int dimension = i;
      if (fixed && !image.map(shape -> isKnown(shape, dimension)).orElse(false)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isConstant(Located located, String input) {
    return located
        .scope()
        .node(GraphView.nodeName(input))
        .filter(node -> node.getOp().equals("Const"))
        .isPresent();
  }

  private static boolean isKnown(TensorShapeProto shape, int dimension) {
    return !shape.getUnknownRank()
        && dimension < shape.getDimCount()
        && shape.getDim(dimension).getSize() >= 0;
  }
}
