package dev.millrace.client;

import java.util.List;
import java.util.Optional;

/**
 * A model and its versions.
 *
 * @param model id of the model
 * @param versions newest first
 * @param etag changes with every change of the model; for {@link ModelChanges#ifStill}
 * @param traffic who answers beside the champion
 * @param bake the watch over a version that was promoted lately
 * @param shadowReport what the shadow's answers have shown so far
 */
public record ModelInfo(
    String model,
    List<VersionInfo> versions,
    String etag,
    TrafficSplit traffic,
    Optional<BakeInfo> bake,
    Optional<ShadowReport> shadowReport) {
  /** Copies the list. */
  public ModelInfo {
    versions = List.copyOf(versions);
  }
}
