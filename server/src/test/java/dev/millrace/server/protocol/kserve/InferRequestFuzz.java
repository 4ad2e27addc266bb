package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.server.fuzz.parser.Attempt;

/** Requests of the Open Inference Protocol over gRPC. */
public final class InferRequestFuzz {
  private InferRequestFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> new InputReader().read(ModelInferRequest.parseFrom(input)));
  }
}
