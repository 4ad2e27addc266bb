package dev.millrace.client;

import java.util.List;

/**
 * A model and its versions.
 *
 * @param model id of the model
 * @param versions newest first
 */
public record ModelInfo(String model, List<VersionInfo> versions) {
  /** Copies the list. */
  public ModelInfo {
    versions = List.copyOf(versions);
  }
}
