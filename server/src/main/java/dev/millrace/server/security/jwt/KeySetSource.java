package dev.millrace.server.security.jwt;

import java.io.IOException;

/** Where the issuer's keys come from. */
@FunctionalInterface
public interface KeySetSource {
  /**
   * The JWK set as JSON. May take seconds.
   *
   * @throws IOException if it cannot be read now
   */
  String read() throws IOException;
}
