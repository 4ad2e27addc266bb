package dev.millrace.server.catalog;

import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.BatchPlan.Measurement;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.Deadline;
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

  private final Servable servable;
  private final BatchingSettings settings;
  private final LongSupplier nanoTime;

  BatchTuner(Servable servable, BatchingSettings settings, LongSupplier nanoTime) {
    this.servable = servable;
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  /**
   * Measures and chooses.
   *
   * @param row one row of input
   * @param former the plan of the model's former version; kept when this one is as fast
   */
  BatchPlan tune(
      String name, Signature signature, Map<String, TensorData> row, Optional<BatchPlan> former) {
    Optional<BatchPlan> kept = former.flatMap(plan -> keep(name, signature, row, plan));
    if (kept.isPresent()) {
      return kept.get();
    }
    List<Measurement> tried = new ArrayList<>();
    long end = nanoTime.getAsLong() + MOST_TIME.toNanos();
    int most = settings.maxSize() > 0 ? settings.maxSize() : LARGEST;
    for (int size = 1; size <= most && nanoTime.getAsLong() - end < 0; size = next(size, most)) {
      if (size > 1 && size * bytes(row) > MOST_BYTES) {
        break;
      }
      Measurement measured = measure(name, signature, row, size);
      tried.add(measured);
      if (measured.latency().compareTo(settings.latencyTarget()) > 0) {
        break;
      }
    }
    return choose(tried, settings);
  }

  /** The choice from measurements; the smallest size when none meets the target. */
  static BatchPlan choose(List<Measurement> tried, BatchingSettings settings) {
    List<Measurement> allowed =
        tried.stream()
            .filter(one -> one.latency().compareTo(settings.latencyTarget()) <= 0)
            .toList();
    if (allowed.isEmpty()) {
      return new BatchPlan(
          true, 1, tried, "one row takes longer than the target of " + target(settings));
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
      String name, Signature signature, Map<String, TensorData> row, BatchPlan former) {
    Optional<Measurement> before =
        former.tried().stream().filter(one -> one.rows() == former.bestSize()).findFirst();
    if (!former.batchable() || before.isEmpty()) {
      return Optional.empty();
    }
    long now = measure(name, signature, row, former.bestSize()).latency().toNanos();
    double ratio = now / (double) Math.max(1, before.get().latency().toNanos());
    return ratio < 0.5 || ratio > 2 ? Optional.empty() : Optional.of(former);
  }

  private Measurement measure(
      String name, Signature signature, Map<String, TensorData> row, int size) {
    Map<String, TensorData> inputs = new HashMap<>();
    row.forEach(
        (input, tensor) -> inputs.put(input, TensorData.join(Collections.nCopies(size, tensor))));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      long start = nanoTime.getAsLong();
      servable.run(name, inputs, signature.outputs().keySet(), Deadline.NONE);
      least = Math.min(least, nanoTime.getAsLong() - start);
    }
    return new Measurement(size, Duration.ofNanos(least));
  }

  private static int next(int size, int most) {
    return size < most ? Math.min(most, 2 * size) : size + 1;
  }

  private static long bytes(Map<String, TensorData> row) {
    return row.values().stream().mapToLong(TensorData::byteCount).sum();
  }

  private static String target(BatchingSettings settings) {
    return settings.latencyTarget().toMillis() + " ms";
  }
}
