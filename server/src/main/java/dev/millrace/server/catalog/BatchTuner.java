package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.BatchPlan.Measurement;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Finds the best batch size of a signature: the smallest whose throughput is within 5 % of the best
 * that the latency target allows. Beyond that knee a larger batch only makes callers wait.
 */
final class BatchTuner {
  private static final int LARGEST = 128;
  private static final double KNEE = 0.95;
  private static final int TRIES = 3;
  private static final Duration MOST_TIME = Duration.ofSeconds(2);
  private static final long MOST_BYTES = 64L << 20;

  private static final String KEPT = "as for the version before: ";

  private final TrialRun trial;
  private final BatchingSettings settings;
  private final LongSupplier nanoTime;
  private final LongSupplier runTime;

  private record Trial(Measurement measured, long outputBytes) {}

  /**
   * A tuner.
   *
   * @param nanoTime what the time for tuning is limited by
   * @param runTime what runs are measured with
   */
  BatchTuner(
      TrialRun trial, BatchingSettings settings, LongSupplier nanoTime, LongSupplier runTime) {
    this.trial = trial;
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.runTime = runTime;
  }

  /**
   * Measures and chooses. Sizes that the model refuses, or that would hold more than 64 MiB of
   * inputs or outputs, are not chosen.
   *
   * @param row one row of input
   * @param former the plan of the model's former version under the same settings; kept when this
   *     version is about as fast
   */
  BatchPlan tune(
      String name, Signature signature, Map<String, TensorData> row, Optional<BatchPlan> former) {
    long end = nanoTime.getAsLong() + MOST_TIME.toNanos();
    Optional<BatchPlan> kept = former.flatMap(plan -> keep(name, signature, row, plan, end));
    if (kept.isPresent()) {
      return kept.get();
    }
    List<Measurement> tried = new ArrayList<>();
    long bytesOfRow = row.values().stream().mapToLong(TensorData::byteCount).sum();
    for (int size : sizes()) {
      boolean tooMuch = size * bytesOfRow > MOST_BYTES || nanoTime.getAsLong() - end >= 0;
      if (tooMuch && !tried.isEmpty()) {
        break;
      }
      Optional<Trial> done = measure(name, signature, row, size, end);
      if (done.isEmpty()) {
        break;
      }
      tried.add(done.get().measured());
      bytesOfRow = Math.max(bytesOfRow, done.get().outputBytes() / size);
      if (!meetsTarget(done.get().measured(), settings)) {
        break;
      }
    }
    return tried.isEmpty()
        ? BatchPlan.alone(tried, "the model refused a run of " + sizes().get(0) + " rows")
        : choose(tried, settings);
  }

  /** The choice from measurements; the smallest size when none meets the target. */
  static BatchPlan choose(List<Measurement> tried, BatchingSettings settings) {
    List<Measurement> allowed = tried.stream().filter(one -> meetsTarget(one, settings)).toList();
    if (allowed.isEmpty()) {
      int least = tried.get(0).rows();
      return new BatchPlan(
          true,
          least,
          tried,
          (least == 1 ? "one row takes" : least + " rows, the fewest allowed, take")
              + " longer than the target of "
              + target(settings));
    }
    double best = allowed.stream().mapToDouble(Measurement::rowsPerSecond).max().orElseThrow();
    Measurement knee =
        allowed.stream()
            .filter(one -> one.rowsPerSecond() >= KNEE * best)
            .findFirst()
            .orElseThrow();
    return new BatchPlan(
        true,
        knee.rows(),
        tried,
        String.format(
            Locale.ROOT,
            "%d rows run in %.1f ms, %.0f rows/s a worker: within 5 %% of the best of %d sizes that"
                + " keep to %s",
            knee.rows(),
            knee.latency().toNanos() / 1e6,
            knee.rowsPerSecond(),
            allowed.size(),
            target(settings)));
  }

  private Optional<BatchPlan> keep(
      String name,
      Signature signature,
      Map<String, TensorData> row,
      BatchPlan former,
      long endNanos) {
    Optional<Measurement> before =
        former.tried().stream().filter(one -> one.rows() == former.bestSize()).findFirst();
    if (!former.batchable() || before.isEmpty() || !sizes().contains(former.bestSize())) {
      return Optional.empty();
    }
    return measure(name, signature, row, former.bestSize(), endNanos)
        .map(Trial::measured)
        .filter(now -> isClose(now, before.get()))
        .filter(now -> meetsTarget(now, settings) == meetsTarget(before.get(), settings))
        .map(now -> new BatchPlan(true, former.bestSize(), former.tried(), kept(former)));
  }

  private static boolean isClose(Measurement now, Measurement before) {
    double ratio = now.latency().toNanos() / (double) Math.max(1, before.latency().toNanos());
    return ratio >= 0.5 && ratio <= 2;
  }

  private static String kept(BatchPlan former) {
    String why = former.explanation();
    return why.startsWith(KEPT) ? why : KEPT + why;
  }

  /** The quickest of a few runs; empty when the model refuses the size. */
  private Optional<Trial> measure(
      String name, Signature signature, Map<String, TensorData> row, int size, long endNanos) {
    Map<String, TensorData> inputs = new HashMap<>();
    row.forEach(
        (input, tensor) -> inputs.put(input, TensorData.join(Collections.nCopies(size, tensor))));
    long least = Long.MAX_VALUE;
    long outputBytes = 0;
    for (int i = 0; i < TRIES && (i == 0 || nanoTime.getAsLong() - endNanos < 0); i++) {
      long start = runTime.getAsLong();
      Map<String, TensorData> outputs;
      try {
        outputs = trial.run(name, inputs, signature.outputs().keySet());
      } catch (ServingException refused) {
        return Optional.empty();
      }
      least = Math.min(least, runTime.getAsLong() - start);
      outputBytes = outputs.values().stream().mapToLong(TensorData::byteCount).sum();
    }
    return Optional.of(new Trial(new Measurement(size, Duration.ofNanos(least)), outputBytes));
  }

  /** Sizes to try, ascending: those that batches are padded to, else powers of two. */
  private List<Integer> sizes() {
    List<Integer> allowed = settings.allowedSizes();
    if (!allowed.isEmpty()) {
      List<Integer> within =
          allowed.stream()
              .filter(size -> settings.maxSize() == 0 || size <= settings.maxSize())
              .toList();
      return within.isEmpty() ? allowed.subList(0, 1) : within;
    }
    int most = settings.maxSize() > 0 ? settings.maxSize() : LARGEST;
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size < most; size *= 2) {
      sizes.add(size);
    }
    sizes.add(most);
    return sizes;
  }

  private static boolean meetsTarget(Measurement one, BatchingSettings settings) {
    return one.latency().compareTo(settings.latencyTarget()) <= 0;
  }

  private static String target(BatchingSettings settings) {
    return settings.latencyTarget().toMillis() + " ms";
  }
}
