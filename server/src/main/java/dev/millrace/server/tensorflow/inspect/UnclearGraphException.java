package dev.millrace.server.tensorflow.inspect;

/** A graph does something from which no rank can be told; the message says what. */
public final class UnclearGraphException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnclearGraphException(String message) {
    super(message, null, false, false);
  }
}
