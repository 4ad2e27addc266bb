package dev.millrace.server.tensorflow.record;

import java.io.IOException;

/** What was read is not of the form that it should have. The message is fit for callers. */
public final class DamagedRecordException extends IOException {
  /**
   * Damage.
   *
   * @param message what is wrong, without paths
   */
  public DamagedRecordException(String message) {
    super(message);
  }

  /**
   * Damage that another exception tells of.
   *
   * @param message what is wrong, without paths
   * @param cause for the log alone
   */
  public DamagedRecordException(String message, Exception cause) {
    super(message, cause);
  }
}
