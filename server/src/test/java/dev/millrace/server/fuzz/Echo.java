package dev.millrace.server.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import dev.millrace.v1.Tensor;
import java.util.function.Predicate;

/** Whether a model that gives {@code x} back as {@code y} has done so, bit for bit. */
final class Echo {
  private Echo() {}

  /** Reads an answer. */
  @FunctionalInterface
  interface Reading {
    PredictResponse read(byte[] answer) throws InvalidProtocolBufferException;
  }

  static Predicate<byte[]> of(PredictRequest request, Reading reading) {
    Tensor x = request.getInputsOrThrow("x");
    return answer -> {
      try {
        Tensor y = reading.read(answer).getOutputsOrThrow("y");
        return y.getData().equals(x.getData())
            && y.getStringsList().equals(x.getStringsList())
            && y.getShapeList().equals(x.getShapeList())
            && y.getDtype() == x.getDtype();
      } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
        return false;
      }
    };
  }
}
