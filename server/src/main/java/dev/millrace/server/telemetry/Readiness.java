package dev.millrace.server.telemetry;

import java.util.Optional;

/** Tells whether the server can be sent requests. Thread-safe. */
@FunctionalInterface
public interface Readiness {
  /** Why it is not ready, in a few words; empty when it is. */
  Optional<String> notReadyReason();
}
