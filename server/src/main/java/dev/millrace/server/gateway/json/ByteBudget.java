package dev.millrace.server.gateway.json;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;

/**
 * Bytes that all tensors of one request may become: two characters of text can become eight bytes
 * and more. Confined to one thread.
 */
public final class ByteBudget {
  private final long most;
  private long left;

  /** A budget of so many bytes. */
  public ByteBudget(long most) {
    this.most = most;
    this.left = most;
  }

  /**
   * Takes some.
   *
   * @throws ServingException REQUEST_TOO_LARGE when there are not so many left
   */
  public void take(long bytes) {
    grant(bytes, bytes);
  }

  /** Takes what is wanted, or less of it where no more is left, but never less than is needed. */
  long grant(long wanted, long needed) {
    long granted = Math.max(needed, Math.min(wanted, left));
    left -= granted;
    if (left < 0) {
      throw new ServingException(
          ErrorReason.REQUEST_TOO_LARGE,
          "the request's tensors would take more than " + most + " bytes; send less at once");
    }
    return granted;
  }
}
