package dev.millrace.server.feedback;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Predictions of one model that wait for their truth, the oldest first, and counts of its latest
 * versions. Thread-safe.
 */
final class ModelFeedback {
  private static final int MOST_VERSIONS = 20;

  @GuardedBy("this")
  private final LinkedHashMap<String, Waiting> waiting = new LinkedHashMap<>();

  @GuardedBy("this")
  private final TreeMap<Long, VersionTally> tallies = new TreeMap<>();

  /** A prediction; the truth once it is told. */
  private static final class Waiting {
    final long version;
    final List<String> labels;
    final Instant until;
    @Nullable List<String> truth;

    Waiting(long version, List<String> labels, Instant until) {
      this.version = version;
      this.labels = labels;
      this.until = until;
    }
  }

  /**
   * What came of feedback.
   *
   * @param version the version that had answered
   * @param right examples that it had answered rightly
   * @param labels what it had answered
   */
  record Told(long version, int right, List<String> labels) {}

  /** How the inputs of a version are spread. */
  synchronized InputWatch inputs(long version) {
    return tally(version).inputs();
  }

  synchronized void answered(long version, List<String> labels, double[] confidence) {
    VersionTally tally = tally(version);
    for (int i = 0; i < labels.size(); i++) {
      tally.answered(labels.get(i), i < confidence.length ? confidence[i] : Double.NaN);
    }
  }

  /** Remembers a prediction; the latest of the same name counts. */
  synchronized void remember(
      String name, long version, List<String> labels, FeedbackSettings settings, Instant now) {
    waiting.remove(name);
    waiting.put(name, new Waiting(version, List.copyOf(labels), now.plus(settings.time())));
    Iterator<Waiting> oldest = waiting.values().iterator();
    while (oldest.hasNext()) {
      Waiting one = oldest.next();
      if (waiting.size() <= settings.keep() && one.until.isAfter(now)) {
        break;
      }
      oldest.remove();
    }
  }

  /**
   * Takes the truth in; what was told before of the same prediction is taken back.
   *
   * @return empty when the prediction is not known, or not any more
   * @throws IllegalArgumentException if there are more or fewer labels than examples
   */
  synchronized Optional<Told> tell(String name, List<String> truth, Instant now) {
    Waiting prediction = waiting.get(name);
    if (prediction == null || !prediction.until.isAfter(now)) {
      return Optional.empty();
    }
    if (truth.size() != prediction.labels.size()) {
      throw new IllegalArgumentException(
          "the prediction was of "
              + prediction.labels.size()
              + " examples, and there are "
              + truth.size()
              + " labels");
    }
    VersionTally tally = tally(prediction.version);
    int right = 0;
    for (int i = 0; i < truth.size(); i++) {
      String label = prediction.labels.get(i);
      if (prediction.truth != null) {
        tally.untold(label.equals(prediction.truth.get(i)));
      }
      tally.told(label.equals(truth.get(i)));
      right += label.equals(truth.get(i)) ? 1 : 0;
    }
    prediction.truth = List.copyOf(truth);
    return Optional.of(new Told(prediction.version, right, prediction.labels));
  }

  /** The versions that anything is known of, the highest first. */
  synchronized List<Long> versions() {
    return tallies.descendingMap().entrySet().stream()
        .filter(one -> one.getValue().isUsed())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What is known of a version; empty if nothing is. */
  synchronized Optional<VersionFeedback> report(long version, Reference reference) {
    return Optional.ofNullable(tallies.get(version)).map(tally -> tally.report(reference));
  }

  synchronized int waiting() {
    return waiting.size();
  }

  @GuardedBy("this")
  private VersionTally tally(long version) {
    VersionTally known = tallies.get(version);
    if (known == null) {
      known = new VersionTally(version);
      tallies.put(version, known);
      while (tallies.size() > MOST_VERSIONS) {
        tallies.pollFirstEntry();
      }
    }
    return known;
  }
}
