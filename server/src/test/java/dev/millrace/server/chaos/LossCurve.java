package dev.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.TrainingEvent;
import java.util.List;
import java.util.TreeMap;

/** The losses that a job's events tell, over all its tries. */
final class LossCurve {
  private static final long EVERY = 100;

  private final List<TrainingEvent> events;
  private final TreeMap<Long, Double> whole = new TreeMap<>();
  private long last;

  LossCurve(List<TrainingEvent> events) {
    this.events = events;
    long from = 0;
    for (TrainingEvent event : events) {
      if (event.hasResumed()) {
        from = event.getResumed().getStep();
      } else if (event.hasProgress()) {
        last = event.getProgress().getStep();
        // A stretch that a try has begun in its middle is the mean of fewer steps.
        if (last - from == EVERY) {
          whole.put(last, event.getProgress().getLoss());
        }
        from = last;
      }
    }
  }

  /** The last step told. */
  long lastStep() {
    return last;
  }

  /**
   * No try goes back behind the last checkpoint that was told, and none leaves out a report but the
   * one that was under way when the server died.
   */
  void checkJoints() {
    long checkpoint = 0;
    long reported = 0;
    long step = 0;
    for (TrainingEvent event : events) {
      if (event.hasCheckpointed()) {
        checkpoint = event.getCheckpointed().getStep();
        assertThat(checkpoint).isGreaterThan(step - EVERY);
      } else if (event.hasResumed()) {
        step = event.getResumed().getStep();
        assertThat(step).as("step of a resumption").isGreaterThanOrEqualTo(checkpoint);
        assertThat(step).isLessThanOrEqualTo(reported + 2 * EVERY);
        checkpoint = step;
      } else if (event.hasProgress()) {
        long next = event.getProgress().getStep();
        assertThat(next).as("step of a report").isGreaterThan(step);
        assertThat(next).isLessThanOrEqualTo(reported + 2 * EVERY);
        step = next;
        reported = Math.max(reported, next);
      }
    }
  }

  /** The greatest difference of two losses of the same whole stretch. */
  double distance(LossCurve other) {
    return whole.entrySet().stream()
        .filter(entry -> other.whole.containsKey(entry.getKey()))
        .mapToDouble(entry -> Math.abs(entry.getValue() - other.whole.get(entry.getKey())))
        .max()
        .orElse(0);
  }
}
