package dev.millrace.server.boot.config;

/** The configuration is wrong; the message says where, and what would be right. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With a message for the person who starts the server. */
  public ConfigurationException(String message) {
    super(message);
  }
}
