package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;

/** Chooses the version that answers a request, and borrows it. Thread-safe; must not block. */
@FunctionalInterface
public interface VersionLeases {
  /**
   * Borrows the version that answers.
   *
   * @throws dev.millrace.server.model.ServingException MODEL_NOT_FOUND, VERSION_NOT_FOUND,
   *     LABEL_NOT_FOUND or VERSION_NOT_READY
   */
  Lease lease(InferenceRequest request);
}
