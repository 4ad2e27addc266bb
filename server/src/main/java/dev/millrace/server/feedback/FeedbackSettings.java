package dev.millrace.server.feedback;

import java.time.Duration;
import java.util.Optional;

/**
 * How feedback to a model is taken.
 *
 * @param keep most predictions that wait for their feedback; 0 takes none
 * @param time how long a prediction waits
 * @param retrain when a model is trained anew; empty for never
 */
public record FeedbackSettings(int keep, Duration time, Optional<RetrainRule> retrain) {
  /** What holds when nobody says otherwise. */
  public static final FeedbackSettings OFF =
      new FeedbackSettings(0, Duration.ofHours(1), Optional.empty());

  /** Most predictions of one model that may be asked to wait. */
  public static final int MOST_KEPT = 100_000;
}
