package dev.millrace.server.tensorflow.inspect;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** What single ops do with ranks. Stateless. */
final class RankRules {
  /**
   * An op whose kernel must not see another rank.
   *
   * @param input place of the input
   * @param rank its rank
   */
  record Critical(int input, int rank) {}

  /**
   * Ops whose kernels, with oneDNN, end the process or read memory that is not theirs when an input
   * has another rank: they look up dimensions by letter before they count them.
   */
  private static final Map<String, Critical> CRITICAL =
      Map.of(
          "Conv2D", new Critical(0, 4),
          "DepthwiseConv2dNative", new Critical(0, 4),
          "Conv2DBackpropInput", new Critical(2, 4),
          "Conv3D", new Critical(0, 5),
          "Conv3DBackpropInputV2", new Critical(2, 5),
          "MaxPool", new Critical(0, 4),
          "MaxPoolV2", new Critical(0, 4),
          "AvgPool", new Critical(0, 4),
          "MaxPool3D", new Critical(0, 5),
          "AvgPool3D", new Critical(0, 5));

  private static final Set<String> SAME_AS_FIRST =
      Set.of(
          ("Identity Snapshot StopGradient PreventGradient CheckNumerics EnsureShape Cast Bitcast Relu"
                  + " Relu6 Elu Selu LeakyRelu Softplus Softsign Softmax LogSoftmax Tanh Sigmoid Abs"
                  + " Neg Exp Expm1 Log Log1p Sqrt Rsqrt Square Sign Floor Ceil Round Rint Erf Sin Cos"
                  + " Reciprocal Inv IsNan IsInf IsFinite LogicalNot BiasAdd BiasAddV1 LRN Transpose"
                  + " Pad PadV2 MirrorPad ReverseV2 Reverse Roll Tile Slice ClipByValue ZerosLike"
                  + " OnesLike FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars"
                  + " QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 AdjustContrastv2 AdjustHue"
                  + " AdjustSaturation RGBToHSV HSVToRGB Enter RefEnter Exit NextIteration Switch"
                  + " RefIdentity Cumsum Invert")
              .split(" "));

  private static final Set<String> SAME_AS_BOTH =
      Set.of(
          ("Add AddV2 Sub Mul Div RealDiv TruncateDiv FloorDiv FloorMod Mod DivNoNan MulNoNan Maximum"
                  + " Minimum Pow SquaredDifference Greater GreaterEqual Less LessEqual Equal"
                  + " NotEqual LogicalAnd LogicalOr BitwiseAnd BitwiseOr BitwiseXor")
              .split(" "));

  private static final Map<String, Integer> FIXED =
      Map.ofEntries(
          Map.entry("ResizeBilinear", 4),
          Map.entry("ResizeNearestNeighbor", 4),
          Map.entry("ResizeBicubic", 4),
          Map.entry("ResizeArea", 4),
          Map.entry("CropAndResize", 4),
          Map.entry("SpaceToDepth", 4),
          Map.entry("DepthToSpace", 4),
          Map.entry("ImageProjectiveTransformV3", 4),
          Map.entry("MatMul", 2),
          Map.entry("DecodePng", 3),
          Map.entry("DecodeJpeg", 3));

  private RankRules() {}

  static Optional<Critical> critical(NodeDef node) {
    return Optional.ofNullable(CRITICAL.get(node.getOp()));
  }

  /** True for ops that end the process when the ranks of two inputs do not fit together. */
  static boolean comparesRanks(NodeDef node) {
    return node.getOp().startsWith("ScatterNd") || node.getOp().startsWith("TensorScatter");
  }

  static boolean isSameAsFirst(NodeDef node) {
    return SAME_AS_FIRST.contains(node.getOp());
  }

  static boolean isSameAsBoth(NodeDef node) {
    return SAME_AS_BOTH.contains(node.getOp());
  }

  /** The rank that an op gives whatever it takes, or that TensorFlow wrote down at export. */
  static Optional<Integer> fixed(NodeDef node) {
    Critical critical = CRITICAL.get(node.getOp());
    Integer always = critical == null ? FIXED.get(node.getOp()) : Integer.valueOf(critical.rank());
    if (always != null) {
      return Optional.of(always);
    }
    if (node.getOp().equals("Const")) {
      return Optional.of(node.getAttrOrThrow("value").getTensor().getTensorShape().getDimCount());
    }
    AttrValue written = node.getAttrMap().get("_output_shapes");
    return written == null ? Optional.empty() : onlyRank(written);
  }

  /** The rank in an {@code _output_shapes} attribute that holds one shape. */
  static Optional<Integer> onlyRank(AttrValue outputShapes) {
    List<TensorShapeProto> shapes = outputShapes.getList().getShapeList();
    return shapes.size() == 1 && !shapes.get(0).getUnknownRank()
        ? Optional.of(shapes.get(0).getDimCount())
        : Optional.empty();
  }

  /** Number of elements of a constant vector, or of a constant scalar. */
  static long elements(NodeDef constant) {
    TensorProto value = constant.getAttrOrThrow("value").getTensor();
    long count = 1;
    for (TensorShapeProto.Dim dim : value.getTensorShape().getDimList()) {
      count *= dim.getSize();
    }
    return count;
  }
}
