package dev.millrace.server.protocol.tfserving;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;

/**
 * Bytes that one request's tensors may become: a single value may stand for a whole tensor, so that
 * a short message could ask for more memory than there is. Confined to one thread.
 */
final class ExpansionBudget {
  private final long most;
  private long left;

  ExpansionBudget(long most) {
    this.most = most;
    this.left = most;
  }

  /**
   * Takes some.
   *
   * @throws ServingException REQUEST_TOO_LARGE
   */
  void take(long count, long byteSize) {
    if (count > left / Math.max(1, byteSize)) {
      throw new ServingException(
          ErrorReason.REQUEST_TOO_LARGE,
          "the request's tensors would take more than " + most + " bytes; send less at once");
    }
    left -= count * byteSize;
  }
}
