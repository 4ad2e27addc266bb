package dev.millrace.server.catalog;

import dev.millrace.server.model.ExecutionMode;

/** Brings a version into memory. Called from one thread at a time. */
@FunctionalInterface
public interface ServableLoader {
  /**
   * Loads a version; the caller owns it and closes it.
   *
   * @param mode how its runs shall share the cores; not AUTO
   * @throws dev.millrace.server.model.ServingException LOAD_FAILED or DIGEST_MISMATCH
   */
  Servable load(ServableSource source, ExecutionMode mode);
}
