package dev.millrace.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A training job as it was when it was asked for.
 *
 * @param id the job's id
 * @param request what it trains, with every default filled in
 * @param state where it is in its life
 * @param reason why it FAILED; empty otherwise
 * @param message the reason in words; empty otherwise
 * @param progress the latest figures
 * @param publishedVersion the version it published
 * @param metrics figures of the finished model
 * @param createTime when it was created
 * @param etag changes with every change of state
 */
public record TrainingJobInfo(
    String id,
    TrainingRequest request,
    TrainingJobState state,
    String reason,
    String message,
    Optional<TrainingProgress> progress,
    OptionalLong publishedVersion,
    Map<String, Double> metrics,
    Instant createTime,
    String etag) {
  /** Copies the map. */
  public TrainingJobInfo {
    metrics = Map.copyOf(metrics);
  }
}
