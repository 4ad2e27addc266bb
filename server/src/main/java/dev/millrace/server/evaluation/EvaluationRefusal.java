package dev.millrace.server.evaluation;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What callers are told when an evaluation cannot do what they ask. */
final class EvaluationRefusal {
  private static final Duration RETRY_DELAY = Duration.ofSeconds(10);

  private EvaluationRefusal() {}

  static ServingException requestIdTooLong(int length, int longest) {
    return ServingException.ofViolations(
        List.of(FieldViolation.tooLong("request_id", ErrorReason.NAME_INVALID, longest, length)));
  }

  static ServingException notFound(String id) {
    return new ServingException(
        ErrorReason.EVALUATION_NOT_FOUND,
        "no such evaluation, or it was kept for its time; ListEvaluations names them all",
        Map.of("evaluation", id));
  }

  static ServingException overloaded(int waiting) {
    return new ServingException(
            ErrorReason.OVERLOADED,
            waiting + " evaluations wait already; try again when one has ended")
        .retryAfter(RETRY_DELAY);
  }

  static ServingException stopping() {
    return new ServingException(
        ErrorReason.DRAINING, "the server is stopping; try again when it is back");
  }

  static ServingException finished(Evaluation evaluation) {
    return new ServingException(
        ErrorReason.JOB_FINISHED,
        "the evaluation is " + evaluation.state() + " and cannot be cancelled any more",
        Map.of("evaluation", evaluation.id()));
  }
}
