package dev.millrace.server.catalog;

import java.nio.file.Path;
import java.util.List;

/** Finds the requests that a model's author has put beside it for warm-up. Thread-safe. */
@FunctionalInterface
public interface WarmUpRecords {
  /**
   * Reads them.
   *
   * @param savedModel the version's folder
   * @return the requests in order; empty when there are none
   * @throws dev.millrace.server.model.ServingException WARM_UP_FAILED if they cannot be read
   */
  List<WarmUpRequest> read(Path savedModel);
}
