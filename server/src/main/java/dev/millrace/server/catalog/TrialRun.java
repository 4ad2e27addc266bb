package dev.millrace.server.catalog;

import dev.millrace.server.tensor.TensorData;
import java.util.Collection;
import java.util.Map;

/** Runs a signature of a version that nobody can reach yet, and counts the run. */
@FunctionalInterface
interface TrialRun {
  /**
   * Runs once.
   *
   * @throws dev.millrace.server.model.ServingException as {@link Servable#run} does
   */
  Map<String, TensorData> run(
      String signature, Map<String, TensorData> inputs, Collection<String> outputs);
}
