package dev.millrace.server.training;

import java.time.Instant;

/**
 * What a job was created with, which never changes.
 *
 * @param id begins with the time of creation, so that ids sort by age
 * @param spec what to train
 * @param requestId the name that its creator gave the request; empty for none
 * @param createTime when it was created
 */
public record JobRecord(String id, TrainingSpec spec, String requestId, Instant createTime) {
  /** {@code trainingJobs/j20261124-101530-123-k3f9}. */
  public String resource() {
    return "trainingJobs/" + id;
  }
}
