package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Permission;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.Callers;
import java.util.Map;

/**
 * Which datasets the present caller may see: {@code mnist}, which every server has, and those whose
 * names match the patterns by which the caller may see models. Stateless.
 */
final class SeenDatasets {
  private static final String BUILT_IN = "mnist";

  private SeenDatasets() {}

  static boolean isSeen(String name) {
    return name.equals(BUILT_IN) || Callers.current().access().may(Permission.VIEW, name);
  }

  /**
   * Checks a name that a request has; empty for a default.
   *
   * @throws ServingException DATASET_NOT_FOUND, whether there is such a dataset or not
   */
  static void require(String name) {
    if (!name.isEmpty() && !isSeen(name)) {
      throw new ServingException(
          ErrorReason.DATASET_NOT_FOUND,
          "no such dataset; ListDatasets names them all",
          ModelName.isValid(name) ? Map.of("dataset", name) : Map.of());
    }
  }
}
