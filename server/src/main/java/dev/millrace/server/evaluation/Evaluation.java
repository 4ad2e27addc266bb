package dev.millrace.server.evaluation;

import dev.millrace.server.model.ErrorReason;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as it is at a moment. Immutable.
 *
 * @param id begins with the time of creation, so that ids sort by age
 * @param spec what is measured
 * @param requestId the name that its creator gave the request; empty for none
 * @param caller id of who asked for it; empty for the server itself
 * @param state where it is in its life
 * @param reason why it FAILED; null otherwise
 * @param message the reason in words; empty otherwise
 * @param progress how far it has come; null before it runs
 * @param createTime when it was created
 * @param startTime when it began to run; null before
 * @param endTime when it ended; null before
 * @param results what was measured; null before it SUCCEEDED
 */
public record Evaluation(
    String id,
    EvaluationSpec spec,
    String requestId,
    String caller,
    EvaluationState state,
    @Nullable ErrorReason reason,
    String message,
    @Nullable EvaluationProgress progress,
    Instant createTime,
    @Nullable Instant startTime,
    @Nullable Instant endTime,
    @Nullable EvaluationResults results) {
  /** Whose an evaluation was, was not kept in former times. */
  public Evaluation {
    caller = Objects.requireNonNullElse(caller, "");
  }

  static Evaluation queued(
      String id, EvaluationSpec spec, String requestId, String caller, Instant now) {
    return new Evaluation(
        id, spec, requestId, caller, EvaluationState.QUEUED, null, "", null, now, null, null, null);
  }

  /** {@code evaluations/e20261124-101530-123-k3f9}. */
  public String resource() {
    return "evaluations/" + id;
  }

  Evaluation running(Instant now) {
    return new Evaluation(
        id,
        spec,
        requestId,
        caller,
        EvaluationState.RUNNING,
        null,
        "",
        null,
        createTime,
        now,
        null,
        null);
  }

  Evaluation with(EvaluationProgress now) {
    return new Evaluation(
        id,
        spec,
        requestId,
        caller,
        state,
        reason,
        message,
        now,
        createTime,
        startTime,
        endTime,
        results);
  }

  Evaluation succeeded(EvaluationResults measured, Instant now) {
    return ended(EvaluationState.SUCCEEDED, null, "", now, measured);
  }

  Evaluation failed(ErrorReason why, String words, Instant now) {
    return ended(EvaluationState.FAILED, why, words, now, null);
  }

  Evaluation cancelled(Instant now) {
    return ended(EvaluationState.CANCELLED, null, "", now, null);
  }

  /** The same without what is large. */
  public Evaluation withoutMisread() {
    return results == null
        ? this
        : ended(state, reason, message, endTime, results.withoutMisread());
  }

  /** Bytes of examples that are kept with it: misread ones, and values of the dataset's columns. */
  public long exampleBytes() {
    return results == null ? 0 : results.exampleBytes();
  }

  /** The same with its figures alone. */
  public Evaluation withoutExamples() {
    return results == null
        ? this
        : ended(state, reason, message, endTime, results.withoutExamples());
  }

  private Evaluation ended(
      EvaluationState last,
      @Nullable ErrorReason why,
      String words,
      @Nullable Instant end,
      @Nullable EvaluationResults measured) {
    return new Evaluation(
        id,
        spec,
        requestId,
        caller,
        last,
        why,
        words,
        progress,
        createTime,
        startTime,
        end,
        measured);
  }
}
