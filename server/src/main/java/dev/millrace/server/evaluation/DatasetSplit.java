package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.dataset.TextDataset;

/** A part of a dataset. */
public enum DatasetSplit {
  TRAIN,
  VALIDATION,
  TEST;

  /** Its texts. */
  LabelledTexts of(TextDataset dataset) {
    return switch (this) {
      case TRAIN -> dataset.train();
      case VALIDATION -> dataset.validation();
      case TEST -> dataset.test();
    };
  }

  /** Its images. */
  LabelledImages of(Dataset dataset) {
    return switch (this) {
      case TRAIN -> dataset.train();
      case VALIDATION -> dataset.validation();
      case TEST -> dataset.test();
    };
  }
}
