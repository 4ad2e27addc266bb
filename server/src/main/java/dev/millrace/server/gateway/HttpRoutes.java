package dev.millrace.server.gateway;

import com.linecorp.armeria.server.ServerBuilder;

/**
 * Some of the paths that the HTTP door answers. Its handlers run on event loops: they block none,
 * and call the services through the in-process channel, never directly.
 */
@FunctionalInterface
public interface HttpRoutes {
  /** Adds the routes; called once, before the door opens. */
  void addTo(ServerBuilder builder);
}
