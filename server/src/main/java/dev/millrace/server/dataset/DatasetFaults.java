package dev.millrace.server.dataset;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.Map;

/** The errors of one dataset. They name the dataset and its files, never a folder. */
record DatasetFaults(String dataset) {
  private static final int SHOWN = 40;

  ServingException notFound() {
    return new ServingException(
        ErrorReason.DATASET_NOT_FOUND,
        "no dataset '"
            + shown()
            + "'; 'mnist' is built in, and others are folders in the server's datasets folder, with"
            + " four IDX files or a table of texts; ListDatasets names them all",
        Map.of("dataset", shown()));
  }

  ServingException invalid(String detail) {
    return new ServingException(
        ErrorReason.DATASET_INVALID,
        "dataset '" + shown() + "': " + detail,
        Map.of("dataset", shown()));
  }

  ServingException invalid(String file, String detail) {
    return invalid(file + " " + detail);
  }

  private String shown() {
    String clean = dataset.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() > SHOWN ? clean.substring(0, SHOWN) + "..." : clean;
  }
}
