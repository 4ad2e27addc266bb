package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Disturbance;
import java.util.List;

/**
 * Accuracy on examples that were disturbed in one way.
 *
 * @param disturbance how
 * @param undisturbed accuracy of the same examples as they are
 * @param points accuracy at each strength, from the weakest on; empty when it was skipped
 * @param skipped why it was not measured; empty when it was
 */
public record Robustness(
    Disturbance disturbance, Share undisturbed, List<Point> points, String skipped) {
  /** Accuracy at one strength. */
  public record Point(double strength, Share accuracy) {}

  /** Copies the list. */
  public Robustness {
    points = List.copyOf(points);
  }

  /** Mean accuracy over the strengths; 0 when it was skipped. */
  public double mean() {
    return points.stream().mapToDouble(point -> point.accuracy().value()).average().orElse(0);
  }
}
