package dev.millrace.server.gateway;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;

/** Who may ask for what. Asked on event loops: implementations wait for nothing. */
public interface Admission {
  /**
   * Who asks, and whether that caller may; before the body is read.
   *
   * @param route pattern of the route that will answer, as the HTTP library writes it; empty when
   *     there is none
   * @param path as the route will read it
   * @throws dev.millrace.server.model.ServingException CREDENTIALS_MISSING, CREDENTIALS_INVALID or
   *     PERMISSION_MISSING
   */
  Caller admit(String route, String path, Credentials credentials);
}
