package dev.millrace.server.tensorflow.session;

import dev.millrace.server.tensor.TensorData;
import java.util.Collection;

/**
 * TensorFlow said no. Carries its code, which is gRPC's canonical one, and its own words, meant for
 * the log.
 */
final class TensorFlowFailure extends Exception {
  private static final int INVALID_ARGUMENT = 3;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int ABORTED = 10;
  private static final int OUT_OF_RANGE = 11;

  private final int code;

  TensorFlowFailure(int code, String message) {
    super(message);
    this.code = code;
  }

  static void check(NativeStatus status) throws TensorFlowFailure {
    if (!status.isOk()) {
      throw new TensorFlowFailure(status.code(), status.message());
    }
  }

  /** The same without what it says of the strings that a run was given. */
  TensorFlowFailure without(Collection<TensorData> inputs) {
    return new TensorFlowFailure(code, ValueTraces.without(String.valueOf(getMessage()), inputs));
  }

  /** True when the values are to blame, not the model or the machine. */
  boolean blamesValues() {
    // oneDNN says so of sizes that it has no kernel for, such as a window larger than the image.
    boolean noKernel = code == ABORTED && String.valueOf(getMessage()).contains("could not create");
    return code == INVALID_ARGUMENT || code == OUT_OF_RANGE || noKernel;
  }

  /** True when the run was cut off. */
  boolean isTimeout() {
    return code == DEADLINE_EXCEEDED;
  }

  /** TensorFlow's words, made fit for callers. */
  String forCallers() {
    return TensorFlowMessage.forCallers(String.valueOf(getMessage()));
  }
}
