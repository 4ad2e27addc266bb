package dev.millrace.server.training;

import java.time.Instant;

/**
 * What a job was created with, which never changes.
 *
 * @param id begins with the time of creation, so that ids sort by age
 * @param spec what to train
 * @param requestId the name that its creator gave the request; empty for none
 * @param createTime when it was created
 * @param caller id of the caller who submitted it; empty for the server itself
 */
public record JobRecord(
    String id, TrainingSpec spec, String requestId, Instant createTime, String caller) {
  /** A job of the server itself. */
  public JobRecord(String id, TrainingSpec spec, String requestId, Instant createTime) {
    this(id, spec, requestId, createTime, "");
  }

  /** {@code trainingJobs/j20261124-101530-123-k3f9}. */
  public String resource() {
    return "trainingJobs/" + id;
  }
}
