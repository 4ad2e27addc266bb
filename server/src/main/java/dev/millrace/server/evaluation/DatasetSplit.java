package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledImages;

/** A part of a dataset. */
public enum DatasetSplit {
  TRAIN,
  VALIDATION,
  TEST;

  /** Its examples. */
  LabelledImages of(Dataset dataset) {
    return switch (this) {
      case TRAIN -> dataset.train();
      case VALIDATION -> dataset.validation();
      case TEST -> dataset.test();
    };
  }
}
