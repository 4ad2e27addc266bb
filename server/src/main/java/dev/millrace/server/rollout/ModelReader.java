package dev.millrace.server.rollout;

import java.nio.file.Path;

/** Looks into a SavedModel without loading it. Thread-safe. */
@FunctionalInterface
public interface ModelReader {
  /**
   * What is inside.
   *
   * @param directory the SavedModel's folder
   * @throws dev.millrace.server.model.ServingException LOAD_FAILED if it cannot be read
   */
  ModelContent read(Path directory);
}
