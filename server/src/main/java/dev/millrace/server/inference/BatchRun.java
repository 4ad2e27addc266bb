package dev.millrace.server.inference;

import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.RunPhases;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.scheduling.BatchRunner;
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.QueueObserver;
import dev.millrace.server.tensor.TensorData;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs pieces of requests as one batch and gives each its rows. When the model refuses a batch,
 * each piece is run by itself, so that only the guilty one fails. Thread-safe.
 */
public final class BatchRun implements BatchRunner<PredictWork> {
  private static final Logger log = LoggerFactory.getLogger(BatchRun.class);

  private final QueueObserver observer;
  private final UsageObserver usage;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  /** A runner that reports to observers. */
  public BatchRun(
      QueueObserver observer, UsageObserver usage, InstantSource clock, LongSupplier nanoTime) {
    this.observer = observer;
    this.usage = usage;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  @Override
  public boolean run(Lane lane, List<PredictWork> work) {
    return run(lane, work, true);
  }

  private boolean run(Lane lane, List<PredictWork> taken, boolean padded) {
    // Time may pass between the queue and here: other pieces ran first, or the core was busy.
    List<PredictWork> work = taken.stream().filter(piece -> !isRefused(lane, piece)).toList();
    if (work.isEmpty()) {
      return false;
    }
    try {
      return runTogether(lane, work, padded) && work.size() == taken.size();
    } catch (ServingException refused) {
      if (work.size() == 1 || refused.reason() != ErrorReason.VALUE_REJECTED) {
        work.forEach(piece -> piece.answer().completeExceptionally(refused));
      } else {
        work.forEach(piece -> run(lane, List.of(piece), padded));
      }
    } catch (RuntimeException | Error defect) {
      work.forEach(piece -> piece.answer().completeExceptionally(defect));
    }
    return false;
  }

  private boolean runTogether(Lane lane, List<PredictWork> work, boolean padded) {
    LeasedRequest first = work.get(0).leased();
    Lease lease = first.lease();
    int rows = work.stream().mapToInt(PredictWork::rows).sum();
    int padding = padded ? padding(lane, lease, rows) : 0;
    Map<String, TensorData> inputs =
        Rows.join(work.stream().map(PredictWork::inputs).toList(), padding);
    for (PredictWork piece : work) {
      if (piece.deadline().isExpired(clock)) {
        observer.onExpiredRun(lane);
      }
    }
    RunPhases phases = new RunPhases(nanoTime);
    long start = nanoTime.getAsLong();
    Map<String, TensorData> outputs;
    long taken;
    try {
      outputs =
          lease
              .servable()
              .run(first.request().signature(), inputs, first.outputs(), latest(work), phases);
    } finally {
      taken = nanoTime.getAsLong() - start;
      charge(lane, work, rows, taken);
    }
    observer.onRun(lane, rows, taken);
    observer.onPhases(
        lane,
        work.size(),
        rows,
        phases.inputNanos(),
        Math.max(0, taken - phases.inputNanos() - phases.outputNanos()),
        phases.outputNanos());
    if (work.size() == 1 && padding == 0) {
      answer(lane, work.get(0), outputs, taken);
    } else if (outputs.values().stream().allMatch(output -> hasRows(output, rows + padding))) {
      int from = 0;
      for (PredictWork piece : work) {
        answer(lane, piece, Rows.slice(outputs, from, piece.rows()), taken / rows * piece.rows());
        from += piece.rows();
      }
    } else {
      log.warn(
          "{} gave another number of rows than it was given; requests are run one by one",
          lease.id());
      work.forEach(piece -> run(lane, List.of(piece), false));
      return false;
    }
    return true;
  }

  /** What the model refuses has cost its time all the same. */
  private void charge(Lane lane, List<PredictWork> work, int rows, long nanos) {
    for (PredictWork piece : work) {
      usage.onComputed(piece.caller(), lane.key().version(), nanos / rows * piece.rows());
    }
  }

  private boolean isRefused(Lane lane, PredictWork piece) {
    if (!piece.deadline().isExpired(clock)) {
      return false;
    }
    observer.onDropped(lane, DropReason.EXPIRED, lane.runTime().nanos(piece.rows()));
    piece.refuse(DropReason.EXPIRED.toException());
    return true;
  }

  private void answer(Lane lane, PredictWork piece, Map<String, TensorData> outputs, long nanos) {
    // A transport cancels what has expired, so that the deadline is asked first.
    if (piece.deadline().isExpired(clock)) {
      observer.onWasted(lane, DropReason.EXPIRED, nanos);
    } else if (piece.isCancelled()) {
      observer.onWasted(lane, DropReason.CANCELLED, nanos);
    }
    piece.answer().complete(outputs);
  }

  private static boolean hasRows(TensorData output, int rows) {
    return output.shape().rank() > 0 && output.shape().size(0) == rows;
  }

  private static int padding(Lane lane, Lease lease, int rows) {
    if (lane.rule().maxRows() == 1) {
      return 0;
    }
    for (int allowed : lease.settings().batching().allowedSizes()) {
      if (allowed >= rows) {
        return allowed - rows;
      }
    }
    return 0;
  }

  /** The run is of use to somebody until then. */
  private static Deadline latest(List<PredictWork> work) {
    Deadline latest = work.get(0).deadline();
    for (PredictWork piece : work) {
      latest = piece.deadline().instant().isAfter(latest.instant()) ? piece.deadline() : latest;
    }
    return latest;
  }
}
