package dev.millrace.server.feedback;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far a version's inputs have moved from their reference.
 *
 * @param examples examples that were read and compared
 * @param fromTraining true for a reference that the training left; false for one that the first
 *     requests made
 * @param features each of the figures; empty while there is no reference
 */
public record InputDrift(long examples, boolean fromTraining, List<FeatureDrift> features) {
  /** Of a version whose inputs nothing is known of. */
  public static final InputDrift NONE = new InputDrift(0, false, List.of());

  /** Copies the list. */
  public InputDrift {
    features = List.copyOf(features);
  }

  /** The figure that has moved most; empty while nothing is compared. */
  public Optional<FeatureDrift> largest() {
    return features.stream()
        .filter(feature -> !Double.isNaN(feature.psi()))
        .max(Comparator.comparingDouble(FeatureDrift::psi));
  }
}
