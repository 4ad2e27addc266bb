package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.server.fuzz.parser.Attempt;

/** Tensors of TensorFlow Serving over gRPC. */
public final class TensorProtoFuzz {
  private TensorProtoFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () -> TensorReader.read("x", TensorProto.parseFrom(input), new ExpansionBudget(1 << 20)));
  }
}
