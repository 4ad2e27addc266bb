package dev.millrace.server.security.tls;

/** Where a door's PEM is read from, again and again. */
@FunctionalInterface
public interface PemSource {
  /**
   * Reads all of it.
   *
   * @throws UnusableTlsException if it cannot be read
   */
  TlsPem read() throws UnusableTlsException;
}
