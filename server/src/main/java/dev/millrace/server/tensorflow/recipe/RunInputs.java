package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.training.TrainingSpec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run starts from.
 *
 * @param spec what to train, checked against the recipe's description
 * @param dataset the examples, of a kind that the recipe takes
 * @param parent folder of the version that the run goes on from, only to be read; empty for a run
 *     that begins anew
 */
public record RunInputs(TrainingSpec spec, LabelledDataset dataset, Optional<Path> parent) {
  /** A run that begins anew. */
  public static RunInputs of(TrainingSpec spec, LabelledDataset dataset) {
    return new RunInputs(spec, dataset, Optional.empty());
  }
}
