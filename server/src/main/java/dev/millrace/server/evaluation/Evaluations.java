package dev.millrace.server.evaluation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All evaluations. Thread-safe.
 *
 * <ol>
 *   <li>One that was returned to its creator is in the store, and so survives a crash.
 *   <li>They run one after the other, in the order of their creation.
 *   <li>The same request id gets the same evaluation, also after a restart.
 *   <li>One that ran when the server stopped is FAILED after; those that waited go on waiting.
 *   <li>At most so many that have ended are kept; the oldest go first.
 * </ol>
 *
 * <p>One lock guards them all, and is held over writes to the store; the evaluator is not called
 * under it.
 */
public final class Evaluations implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Evaluations.class);
  private static final int LONGEST_REQUEST_ID = 128;

  private final EvaluationStore store;
  private final Evaluator evaluator;
  private final VersionAccess versions;
  private final Consumer<String> datasets;
  private final Limits limits;
  private final Executor executor;
  private final InstantSource clock;
  private final List<Consumer<Evaluation>> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final EvaluationTable table;

  @GuardedBy("lock")
  private final Deque<String> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private @Nullable Run running;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * How many there may be.
   *
   * @param mostWaiting evaluations that wait
   * @param mostKept evaluations that have ended
   */
  public record Limits(int mostWaiting, int mostKept) {}

  /**
   * Reads the store and goes on with what waits.
   *
   * @param datasets throws DATASET_NOT_FOUND for a name that is no dataset's
   * @param executor runs evaluations
   */
  public Evaluations(
      EvaluationStore store,
      Evaluator evaluator,
      VersionAccess versions,
      Consumer<String> datasets,
      Limits limits,
      EvaluationIds ids,
      Executor executor,
      InstantSource clock) {
    this.store = store;
    this.evaluator = evaluator;
    this.versions = versions;
    this.datasets = datasets;
    this.limits = limits;
    this.table = new EvaluationTable(ids);
    this.executor = executor;
    this.clock = clock;
    synchronized (lock) {
      store.load().forEach(this::recover);
      forgetOldest();
      startNext();
    }
  }

  /** Creates an evaluation of the server itself. */
  public Evaluation create(EvaluationOrder order, String requestId) {
    return create(order, requestId, Caller.UNKNOWN);
  }

  /**
   * Creates an evaluation.
   *
   * @param requestId a name of the caller's choice, up to 128 characters; the same one gets the
   *     same evaluation; empty for none
   * @param caller who asks for it, and whose the use of the versions is
   * @throws ServingException NAME_INVALID, PARAMETER_INVALID, DATASET_NOT_FOUND, MODEL_NOT_FOUND,
   *     VERSION_NOT_FOUND, LABEL_NOT_FOUND, OVERLOADED or DRAINING
   */
  public Evaluation create(EvaluationOrder order, String requestId, Caller caller) {
    if (requestId.length() > LONGEST_REQUEST_ID) {
      throw EvaluationRefusal.requestIdTooLong(requestId.length(), LONGEST_REQUEST_ID);
    }
    synchronized (lock) {
      Evaluation earlier = table.ofRequest(requestId);
      if (earlier != null) {
        return earlier;
      }
    }
    EvaluationSpec spec = order.resolve(versions);
    datasets.accept(spec.dataset());
    synchronized (lock) {
      if (closed) {
        throw EvaluationRefusal.stopping();
      }
      Evaluation earlier = table.ofRequest(requestId);
      if (earlier != null) {
        return earlier;
      }
      if (waiting.size() >= limits.mostWaiting()) {
        throw EvaluationRefusal.overloaded(waiting.size());
      }
      Instant now = clock.instant();
      Evaluation created = Evaluation.queued(table.newId(now), spec, requestId, caller.id(), now);
      store.write(created);
      table.put(created);
      waiting.add(created.id());
      startNext();
      return table.get(created.id());
    }
  }

  /**
   * One evaluation as it is now, with its misread examples.
   *
   * @throws ServingException EVALUATION_NOT_FOUND
   */
  public Evaluation get(String id) {
    Evaluation summary;
    synchronized (lock) {
      summary = table.get(id);
    }
    return summary.state() == EvaluationState.SUCCEEDED ? store.read(id).orElse(summary) : summary;
  }

  /**
   * The same where it may be seen; what may not be is not there.
   *
   * @param visible looks at it without its misread examples
   * @throws ServingException EVALUATION_NOT_FOUND
   */
  public Evaluation get(String id, Predicate<Evaluation> visible) {
    synchronized (lock) {
      if (!visible.test(table.get(id))) {
        throw EvaluationRefusal.notFound(id);
      }
    }
    return get(id);
  }

  /** All evaluations without their misread examples, newest first. */
  public List<Evaluation> list() {
    synchronized (lock) {
      return table.newestFirst();
    }
  }

  /**
   * Hears of each evaluation when it has ended, without its misread examples, on the thread that
   * ended it and under no lock.
   */
  public void onEnd(Consumer<Evaluation> listener) {
    listeners.add(listener);
  }

  /**
   * Asks an evaluation to stop; one that is CANCELLED already is returned as it is.
   *
   * @throws ServingException EVALUATION_NOT_FOUND or JOB_FINISHED
   */
  public Evaluation cancel(String id) {
    Evaluation after;
    boolean ended = false;
    synchronized (lock) {
      Evaluation evaluation = table.get(id);
      if (evaluation.state() == EvaluationState.QUEUED) {
        waiting.remove(id);
        change(id, one -> one.cancelled(clock.instant()));
        ended = true;
      } else if (running != null && running.id.equals(id)) {
        running.cancelled = true;
      } else if (evaluation.state() != EvaluationState.CANCELLED) {
        throw EvaluationRefusal.finished(evaluation);
      }
      after = table.get(id);
    }
    if (ended) {
      listeners.forEach(listener -> listener.accept(after));
    }
    return after;
  }

  /**
   * Forgets the examples of a dataset: evaluations on it that have not ended are cancelled, and
   * those that have keep their figures alone.
   *
   * @param wanted tells an evaluation on the dataset
   * @return the evaluations that had examples, with what they took in bytes
   */
  public Map<String, Long> forgetExamples(Predicate<Evaluation> wanted) {
    Map<String, Long> forgotten = new TreeMap<>();
    for (Evaluation one : list()) {
      if (!wanted.test(one)) {
        continue;
      }
      if (!one.state().isFinal()) {
        try {
          cancel(one.id());
        } catch (ServingException endedMeanwhile) {
          log.debug("evaluation {} has just ended", one.id(), endedMeanwhile);
        }
      }
      synchronized (lock) {
        store
            .read(one.id())
            .filter(kept -> kept.exampleBytes() > 0)
            .ifPresent(
                kept -> {
                  store.write(kept.withoutExamples());
                  table.put(kept.withoutExamples());
                  forgotten.put(kept.id(), kept.exampleBytes());
                });
      }
    }
    return forgotten;
  }

  /** Takes no more and ends the one that runs; those that wait run after the next start. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (running != null) {
        running.cancelled = true;
        change(running.id, one -> interrupted(one));
      }
    }
  }

  @GuardedBy("lock")
  private void recover(Evaluation kept) {
    table.put(kept);
    if (kept.state() == EvaluationState.RUNNING) {
      change(kept.id(), this::interrupted);
    } else if (kept.state() == EvaluationState.QUEUED) {
      waiting.add(kept.id());
    }
  }

  private Evaluation interrupted(Evaluation evaluation) {
    return evaluation.failed(
        ErrorReason.SERVER_RESTARTED,
        "the server stopped while the evaluation ran; create it again",
        clock.instant());
  }

  /** Changes what is known, and keeps it; a disk that refuses it stops no evaluation. */
  @GuardedBy("lock")
  private void change(String id, UnaryOperator<Evaluation> change) {
    Evaluation changed = change.apply(table.get(id));
    table.put(changed);
    log.info("evaluation {} is {} {}", id, changed.state(), changed.message());
    try {
      store.write(changed);
    } catch (RuntimeException unwritable) {
      log.error("the store does not take evaluation {}", id, unwritable);
    }
  }

  @GuardedBy("lock")
  private void startNext() {
    if (running != null || closed || waiting.isEmpty()) {
      return;
    }
    Run run = new Run(waiting.remove());
    running = run;
    change(run.id, one -> one.running(clock.instant()));
    try {
      executor.execute(run::run);
    } catch (RejectedExecutionException stopping) {
      running = null;
      change(run.id, this::interrupted);
    }
  }

  @GuardedBy("lock")
  private void forgetOldest() {
    table.forgetOldest(limits.mostKept()).forEach(store::delete);
  }

  private final class Run implements Evaluator.Progress {
    private final String id;
    private volatile boolean cancelled;

    Run(String id) {
      this.id = id;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public void at(EvaluationProgress progress) {
      synchronized (lock) {
        if (!table.get(id).state().isFinal()) {
          table.put(table.get(id).with(progress));
        }
      }
    }

    void run() {
      Evaluation begun;
      synchronized (lock) {
        begun = table.get(id);
      }
      try {
        EvaluationResults results =
            evaluator.evaluate(begun.spec(), new Caller(begun.caller()), this);
        end(one -> one.succeeded(results, clock.instant()));
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        end(Evaluations.this::interrupted);
      } catch (ServingException refused) {
        log.info("evaluation {} was refused", id, refused);
        end(one -> one.failed(refused.reason(), refused.message(), clock.instant()));
      } catch (RuntimeException | OutOfMemoryError defect) {
        log.error("evaluation {} failed", id, defect);
        end(
            one ->
                one.failed(
                    ErrorReason.EVALUATION_FAILED,
                    "the evaluation failed; the log tells why",
                    clock.instant()));
      }
    }

    private void end(UnaryOperator<Evaluation> last) {
      Evaluation ended;
      synchronized (lock) {
        if (!table.get(id).state().isFinal()) {
          boolean stopped = cancelled;
          change(id, one -> stopped ? one.cancelled(clock.instant()) : last.apply(one));
        }
        ended = table.get(id);
        running = null;
        forgetOldest();
        startNext();
      }
      listeners.forEach(listener -> listener.accept(ended));
    }
  }
}
