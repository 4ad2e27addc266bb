package dev.millrace.client;

import java.util.List;

/**
 * A model and its versions.
 *
 * @param model id of the model
 * @param versions newest first
 * @param etag changes with every change of the model; for {@link ModelChanges#ifStill}
 */
public record ModelInfo(String model, List<VersionInfo> versions, String etag) {
  /** Copies the list. */
  public ModelInfo {
    versions = List.copyOf(versions);
  }
}
