package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.training.RecipeDescription;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingSpec;

/**
 * A way to build a model, train it and export it. Stateless; a run owns all native memory that it
 * takes.
 */
public interface Recipe {
  /** Its name and parameters. */
  RecipeDescription description();

  /**
   * Trains on the dataset's training split, measures the result once on its test split, and exports
   * it.
   *
   * @param spec what to train, checked against {@link #description()}
   * @param dataset the examples
   * @param outputs where the model and the reports go
   * @throws dev.millrace.server.model.ServingException DATASET_INVALID if the examples do not fit
   *     the recipe; TRAINING_FAILED if the run diverges
   */
  TrainedModel train(TrainingSpec spec, Dataset dataset, RunOutputs outputs);
}
