package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What callers are told when a job cannot do what they ask. */
final class JobRefusal {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(30);

  private JobRefusal() {}

  static ServingException requestIdTooLong(int length, int longest) {
    return ServingException.ofViolations(
        List.of(FieldViolation.tooLong("request_id", ErrorReason.NAME_INVALID, longest, length)));
  }

  static ServingException notFound(String id) {
    return new ServingException(
        ErrorReason.JOB_NOT_FOUND,
        "no such training job; ListTrainingJobs names them all",
        Map.of("job", id));
  }

  static ServingException overloaded(int jobs) {
    return new ServingException(
            ErrorReason.OVERLOADED,
            "the server has " + jobs + " training jobs to do already; try again when one has ended")
        .retryAfter(RETRY_DELAY);
  }

  static ServingException stopping() {
    return new ServingException(
        ErrorReason.DRAINING, "the server is stopping; try again when it is back");
  }

  static ServingException changed(TrainingJob job) {
    return new ServingException(
        ErrorReason.ETAG_MISMATCH,
        "the job has changed since; it is " + job.state() + " now",
        Map.of("job", job.record().id()));
  }

  static ServingException finished(TrainingJob job) {
    return new ServingException(
        ErrorReason.JOB_FINISHED,
        "the job is " + job.state() + " and cannot be cancelled any more",
        Map.of("job", job.record().id()));
  }

  static ServingException sequenceOutOfRange(TrainingJob job) {
    return new ServingException(
        ErrorReason.SEQUENCE_OUT_OF_RANGE,
        "the job's events are numbered 1 to " + job.sequence() + "; 0 asks for all of them",
        Map.of("job", job.record().id()));
  }
}
