package dev.millrace.server.rollout;

import dev.millrace.server.inference.shadow.Comparison;
import dev.millrace.server.model.BakeLimits;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.registry.Bake;
import dev.millrace.server.rollout.RecentTraffic.Baseline;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One new champion on trial against the former one, by three sequential tests: errors, slow
 * answers, and examples on which the two disagree. Requests are counted from many threads; it is
 * judged by one.
 */
final class BakeTrial {
  /** Errors that a version can be the cause of. */
  static final Set<ErrorReason> OF_THE_VERSION =
      EnumSet.of(
          ErrorReason.INTERNAL,
          ErrorReason.VALUE_REJECTED,
          ErrorReason.SIGNATURE_NOT_FOUND,
          ErrorReason.INPUT_MISSING,
          ErrorReason.INPUT_UNEXPECTED,
          ErrorReason.OUTPUT_UNKNOWN,
          ErrorReason.DTYPE_MISMATCH,
          ErrorReason.SHAPE_MISMATCH);

  // Percentiles of fewer requests say little.
  private static final long ENOUGH_REQUESTS = 200;
  private static final long ENOUGH_COPIES = 100;
  // Below this, the machine's jitter decides what is slow.
  private static final long LEAST_SLOW_NANOS = Duration.ofMillis(2).toNanos();

  private final Bake bake;
  private final Baseline former;
  private final long intervals;
  private final Tally errors = new Tally();
  private final Tally slow = new Tally();
  private final Tally disagreements = new Tally();
  private final Histogram formerCopies = RecentTraffic.times();
  private volatile long slowNanos = Long.MAX_VALUE;
  private @Nullable Tests tests;

  private record Tests(SequentialTest errors, SequentialTest slow, SequentialTest disagreements) {}

  /**
   * A trial that begins now.
   *
   * @param former how the former champion answered before
   * @param intervals how often it will be judged at most
   */
  BakeTrial(Bake bake, Baseline former, long intervals) {
    this.bake = bake;
    this.former = former;
    this.intervals = Math.max(1, intervals);
  }

  Bake bake() {
    return bake;
  }

  void answered(Duration time) {
    errors.add(0);
    long limit = slowNanos;
    if (limit < Long.MAX_VALUE) {
      slow.add(time.toNanos() > limit ? 1 : 0);
    }
  }

  void failed() {
    errors.add(1);
  }

  void compared(Comparison comparison, Duration formerTime) {
    disagreements.add(1 - (double) comparison.agreed() / comparison.examples());
    synchronized (formerCopies) {
      formerCopies.recordValue(RecentTraffic.micros(formerTime));
    }
  }

  /** Takes in what has come since the last call; says when a limit counts as crossed. */
  Optional<Verdict> judge(BakeLimits limits) {
    Tests known = tests;
    if (known == null) {
      known =
          new Tests(
              new SequentialTest(Math.max(limits.maxErrorRate(), formerErrorRate()), intervals),
              new SequentialTest(limits.maxSlowRate(), intervals),
              new SequentialTest(1 - limits.minAgreement(), intervals));
      tests = known;
    }
    errors.drainTo(known.errors());
    slow.drainTo(known.slow());
    disagreements.drainTo(known.disagreements());
    long formerNanos = formerP99Nanos();
    if (formerNanos > 0) {
      slowNanos = Math.max(LEAST_SLOW_NANOS, Math.round(limits.latencyRatio() * formerNanos));
    }
    String slower =
        String.format(
            Locale.ROOT,
            "took longer than %.1f ms, %.1f times the 99th percentile of version %d, for",
            slowNanos / 1e6,
            limits.latencyRatio(),
            bake.former());
    return verdict("errors", "failed", "requests", known.errors())
        .or(() -> verdict("latency", slower, "requests", tests().slow()))
        .or(
            () ->
                verdict(
                    "agreement",
                    "said something else than version " + bake.former() + " to",
                    "requests that both were asked",
                    tests().disagreements()));
  }

  private Tests tests() {
    return Objects.requireNonNull(tests);
  }

  private double formerErrorRate() {
    return former.requests() >= ENOUGH_REQUESTS ? former.errorRate() : 0;
  }

  private long formerP99Nanos() {
    if (former.answered() >= ENOUGH_REQUESTS) {
      return former.p99Nanos();
    }
    synchronized (formerCopies) {
      return formerCopies.getTotalCount() >= ENOUGH_COPIES
          ? RecentTraffic.p99Nanos(formerCopies)
          : 0;
    }
  }

  private Optional<Verdict> verdict(String name, String did, String what, SequentialTest test) {
    if (!test.isCrossed()) {
      return Optional.empty();
    }
    SequentialTest.Evidence seen = test.evidence();
    Map<String, String> evidence = new LinkedHashMap<>();
    evidence.put("test", name);
    evidence.put("observed", Long.toString(seen.observed()));
    evidence.put("bad", number(seen.bad()));
    evidence.put("rate", number(seen.rate()));
    evidence.put("limit", number(test.limit()));
    evidence.put("statistic", number(test.statistic()));
    evidence.put("threshold", number(test.threshold()));
    evidence.put("intervals", Integer.toString(seen.intervals()));
    return Optional.of(
        new Verdict(
            String.format(
                Locale.ROOT,
                "version %d %s %.1f %% of %d %s; at most %.1f %% is allowed",
                bake.version(),
                did,
                100 * seen.rate(),
                seen.observed(),
                what,
                100 * test.limit()),
            evidence));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
