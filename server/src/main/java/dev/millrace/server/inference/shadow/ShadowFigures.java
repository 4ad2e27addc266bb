package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.shadow.ShadowReport.ClassCount;
import dev.millrace.server.inference.shadow.ShadowReport.Times;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts what comes of a shadow's copies. Not thread-safe. */
final class ShadowFigures {
  private static final int MOST_CLASSES = 1000;
  private static final long LONGEST_MICROS = Duration.ofMinutes(10).toNanos() / 1000;
  private static final int DIGITS = 2;

  private final SortedMap<String, ClassCount> classes = new TreeMap<>();
  private final Histogram primary = new Histogram(LONGEST_MICROS, DIGITS);
  private final Histogram shadow = new Histogram(LONGEST_MICROS, DIGITS);
  private long requests;
  private long examples;
  private long agreed;
  private double largestDifference;
  private long failed;
  private long dropped;

  void compared(Comparison comparison, Duration primaryTime, Duration shadowTime) {
    requests++;
    examples += comparison.examples();
    agreed += comparison.agreed();
    largestDifference = Math.max(largestDifference, comparison.largestDifference());
    record(primary, primaryTime);
    record(shadow, shadowTime);
    for (int i = 0; i < comparison.classes().size(); i++) {
      String name = comparison.classes().get(i);
      if (classes.size() < MOST_CLASSES || classes.containsKey(name)) {
        ClassCount before = classes.getOrDefault(name, new ClassCount(0, 0));
        classes.put(name, before.with(comparison.sameClass().get(i)));
      }
    }
  }

  void failed() {
    failed++;
  }

  void dropped() {
    dropped++;
  }

  ShadowReport report(long version) {
    return new ShadowReport(
        version,
        requests,
        examples,
        agreed,
        largestDifference,
        classes,
        failed,
        dropped,
        times(primary),
        times(shadow));
  }

  private static void record(Histogram histogram, Duration time) {
    histogram.recordValue(Math.min(LONGEST_MICROS, time.toNanos() / 1000));
  }

  private static Times times(Histogram histogram) {
    return new Times(percentile(histogram, 50), percentile(histogram, 99));
  }

  private static Duration percentile(Histogram histogram, double percentile) {
    return Duration.ofNanos(1000 * histogram.getValueAtPercentile(percentile));
  }
}
