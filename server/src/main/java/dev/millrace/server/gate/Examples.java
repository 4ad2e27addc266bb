package dev.millrace.server.gate;

import dev.millrace.server.evaluation.DatasetSplit;

/**
 * What versions are measured on before the gate.
 *
 * @param dataset name of the dataset
 * @param split which of its examples
 * @param count the first so many of them; 0 for all
 * @param disturbed examples that each disturbance and strength is measured on
 */
public record Examples(String dataset, DatasetSplit split, int count, int disturbed) {
  /** What holds when nobody says otherwise. */
  public static final Examples DEFAULT = new Examples("mnist", DatasetSplit.VALIDATION, 0, 1000);
}
