package dev.millrace.server.protocol.v1;

import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.v1.Tensor;

/** Tensors of the native wire. */
public final class TensorCodecFuzz {
  private TensorCodecFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> new TensorCodec().decode("x", Tensor.parseFrom(input)));
  }
}
