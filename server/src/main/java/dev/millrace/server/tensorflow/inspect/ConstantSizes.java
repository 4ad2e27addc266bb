package dev.millrace.server.tensorflow.inspect;

import dev.millrace.server.tensor.DataType;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** What the tensors written in graphs take in memory. Confined to one thread. */
final class ConstantSizes {
  private static final int OF_OTHERS = 8;

  private final long most;
  private double bytes;

  ConstantSizes(long most) {
    this.most = most;
  }

  /**
   * Adds a node's.
   *
   * @throws RefusedGraphException if all so far take too much
   */
  void add(NodeDef node) throws RefusedGraphException {
    for (AttrValue value : node.getAttrMap().values()) {
      if (value.hasTensor()) {
        bytes += bytes(value.getTensor());
      }
      for (TensorProto tensor : value.getList().getTensorList()) {
        bytes += bytes(tensor);
      }
    }
    if (bytes > most) {
      throw new RefusedGraphException(
          "its constants take more than " + most + " bytes; keep them in variables");
    }
  }

  private static double bytes(TensorProto tensor) {
    double elements = 1;
    for (TensorShapeProto.Dim dim : tensor.getTensorShape().getDimList()) {
      elements *= Math.max(0, dim.getSize());
    }
    return elements * size(tensor.getDtypeValue());
  }

  private static int size(int dtype) {
    try {
      DataType known = DataType.ofNumber(dtype);
      return known == DataType.STRING ? OF_OTHERS : known.byteSize();
    } catch (IllegalArgumentException notDense) {
      return OF_OTHERS;
    }
  }
}
