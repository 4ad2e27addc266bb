package dev.millrace.server.security.tls;

/**
 * A key, a certificate or an authority that cannot be used; the message never quotes its content.
 */
public final class UnusableTlsException extends Exception {
  private static final long serialVersionUID = 1;

  /** Says what to do about it. */
  public UnusableTlsException(String message) {
    super(message);
  }
}
