package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;

/**
 * A way to build a model, train it and export it. Stateless; a run owns all native memory that it
 * takes. Recipes are found by {@link java.util.ServiceLoader}, so that a jar on the class path can
 * bring its own.
 */
public interface Recipe {
  /** Its name, its parameters and the datasets that it takes. Cheap: nothing is built. */
  RecipeDescription description();

  /**
   * Trains on the dataset's training split, measures the result once on its test split, and exports
   * it.
   *
   * @param inputs what to train, and from what
   * @param outputs where the model and the reports go
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID if the examples do not fit
   *     the recipe; PARENT_UNFIT if the run cannot go on from the parent; TRAINING_FAILED if it
   *     diverges
   */
  TrainedModel train(RunInputs inputs, RunOutputs outputs);

  /** A run that begins anew. */
  default TrainedModel train(TrainingSpec spec, LabelledDataset dataset, RunOutputs outputs) {
    return train(RunInputs.of(spec, dataset), outputs);
  }
}
