package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.Locale;
import java.util.Map;

/** Holds a dataset's kind against what a recipe takes. */
final class DatasetFit {
  private DatasetFit() {}

  /**
   * A dataset of images.
   *
   * @throws ServingException DATASET_INVALID if it is of another kind
   */
  static Dataset images(LabelledDataset dataset, String recipe) {
    if (dataset instanceof Dataset images) {
      return images;
    }
    throw otherKind(dataset, recipe, DatasetKind.IMAGES);
  }

  /**
   * A dataset of texts.
   *
   * @throws ServingException DATASET_INVALID if it is of another kind
   */
  static TextDataset texts(LabelledDataset dataset, String recipe) {
    if (dataset instanceof TextDataset texts) {
      return texts;
    }
    throw otherKind(dataset, recipe, DatasetKind.TEXTS);
  }

  private static ServingException otherKind(
      LabelledDataset dataset, String recipe, DatasetKind wanted) {
    return new ServingException(
        ErrorReason.DATASET_INVALID,
        "dataset '"
            + dataset.name()
            + "' does not fit "
            + recipe
            + ", which takes "
            + words(wanted)
            + ", these are "
            + words(dataset.kind()),
        Map.of("dataset", dataset.name()));
  }

  private static String words(DatasetKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
