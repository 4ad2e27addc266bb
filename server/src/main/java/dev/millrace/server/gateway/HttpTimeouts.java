package dev.millrace.server.gateway;

import java.time.Duration;

/**
 * How patient the HTTP door is with slow clients.
 *
 * @param firstRequest from the connection to the whole of its first headers
 * @param request from a request's headers to the end of its body
 * @param idle between two requests of a connection
 */
public record HttpTimeouts(Duration firstRequest, Duration request, Duration idle) {
  /** As the server has them. */
  public static final HttpTimeouts USUAL =
      new HttpTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(60));
}
