package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs copies of requests and compares their answers, on an executor of its own: the calling thread
 * only hands references over. Copies have low priority and a deadline; beyond the budget they are
 * dropped. Thread-safe.
 */
public final class CopyRunner {
  private static final Logger log = LoggerFactory.getLogger(CopyRunner.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Set<ErrorReason> BUSY =
      EnumSet.of(
          ErrorReason.OVERLOADED,
          ErrorReason.DRAINING,
          ErrorReason.DEADLINE_EXPIRED,
          ErrorReason.CALLER_CANCELLED,
          ErrorReason.VERSION_NOT_READY,
          ErrorReason.VERSION_NOT_FOUND,
          ErrorReason.MODEL_NOT_FOUND);

  private final Predictor predictor;
  private final CopyBudget budget;
  private final Executor executor;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  /**
   * A runner.
   *
   * @param predictor answers the copies, which name their version
   * @param executor must not run tasks on the calling thread
   */
  public CopyRunner(
      Predictor predictor,
      CopyBudget budget,
      Executor executor,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.predictor = predictor;
    this.budget = budget;
    this.executor = executor;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Takes on a copy, or drops it; never throws. */
  void submit(
      ShadowTarget target,
      InferenceRequest request,
      InferenceResponse response,
      Duration taken,
      Consumer<Disagreement> onDisagreement) {
    long size = Disagreement.bytes(request.inputs()) + Disagreement.bytes(response.outputs());
    if (!budget.tryTake(size)) {
      target.dropped();
      return;
    }
    Copy copy = new Copy(target, request, response, taken, size, onDisagreement);
    copy.onExecutor(copy::run);
  }

  /** One copy; it gives its part of the budget back exactly once. */
  private final class Copy {
    private final ShadowTarget target;
    private final InferenceRequest request;
    private final InferenceResponse response;
    private final Duration taken;
    private final long size;
    private final Consumer<Disagreement> onDisagreement;

    Copy(
        ShadowTarget target,
        InferenceRequest request,
        InferenceResponse response,
        Duration taken,
        long size,
        Consumer<Disagreement> onDisagreement) {
      this.target = target;
      this.request = request;
      this.response = response;
      this.taken = taken;
      this.size = size;
      this.onDisagreement = onDisagreement;
    }

    void onExecutor(Runnable step) {
      try {
        executor.execute(step);
      } catch (RejectedExecutionException stopping) {
        budget.giveBack(size);
        target.dropped();
      }
    }

    void run() {
      if (target.isEnded()) {
        budget.giveBack(size);
        return;
      }
      long start = nanoTime.getAsLong();
      predictor
          .predict(copied())
          .whenComplete(
              (answer, failure) -> {
                Duration time = Duration.ofNanos(nanoTime.getAsLong() - start);
                onExecutor(() -> conclude(answer, failure, time));
              });
    }

    private InferenceRequest copied() {
      return new InferenceRequest(
          new ModelReference(
              target.version().model(), new VersionChoice.Exact(target.version().number())),
          request.signature(),
          request.inputs(),
          request.outputs(),
          new Deadline(clock.instant().plus(PATIENCE)),
          target::isEnded,
          Priority.LOW,
          Caller.UNKNOWN);
    }

    private void conclude(
        @Nullable InferenceResponse answer, @Nullable Throwable failure, Duration time) {
      try {
        if (answer != null) {
          compare(answer, time);
        } else if (isBusy(failure)) {
          target.dropped();
        } else {
          target.failed();
        }
      } catch (RuntimeException | OutOfMemoryError defect) {
        log.error("the answer of {} could not be compared", target.version(), defect);
      } finally {
        budget.giveBack(size);
      }
    }

    private void compare(InferenceResponse answer, Duration time) {
      Comparison comparison = AnswerComparison.of(response.outputs(), answer.outputs());
      target.compared(response.version(), taken, time, comparison);
      if (comparison.agreed() < comparison.examples()) {
        onDisagreement.accept(
            new Disagreement(
                clock.instant(),
                response.version().model(),
                response.signature(),
                response.version().number(),
                target.version().number(),
                request.inputs(),
                response.outputs(),
                answer.outputs()));
      }
    }
  }

  private static boolean isBusy(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ServingException known && BUSY.contains(known.reason());
  }
}
