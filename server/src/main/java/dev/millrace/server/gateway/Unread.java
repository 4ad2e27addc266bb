package dev.millrace.server.gateway;

import com.linecorp.armeria.server.ServiceRequestContext;

/** What becomes of a connection on which a body is answered before it has been read. Stateless. */
final class Unread {
  private Unread() {}

  /**
   * Closes an HTTP/1 connection after the answer: its rest would be read, and thrown away, for as
   * long as the client likes. On HTTP/2 the stream alone ends.
   */
  static void close(ServiceRequestContext context) {
    if (!context.sessionProtocol().isMultiplex()) {
      context.initiateConnectionShutdown();
    }
  }
}
