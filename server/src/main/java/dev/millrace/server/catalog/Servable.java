package dev.millrace.server.catalog;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.GraphNames;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorData;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A loaded version. {@link #run} may be called from many threads at once; {@link #close} only when
 * no run is under way, which the catalog's leases see to.
 */
public interface Servable extends AutoCloseable {
  /** What it can do, by signature name. */
  SortedMap<String, Signature> signatures();

  /** The graph's names of their tensors, by signature name, where there is a graph. */
  default SortedMap<String, GraphNames> graphNames() {
    return Collections.emptySortedMap();
  }

  /**
   * Type of an op by which a run of this signature changes the model's state, such as {@code
   * AssignAddVariableOp}. Such a run counts: it is neither shared, nor repeated, nor made up.
   */
  default Optional<String> stateChange(String signature) {
    return Optional.empty();
  }

  /** Signatures that the model has and that are not served, by name, and why, in words. */
  default SortedMap<String, String> leftOut() {
    return Collections.emptySortedMap();
  }

  /** Estimate of the memory it takes, in bytes. */
  long memoryBytes();

  /**
   * Runs one signature on the calling thread.
   *
   * @param signature name of one of {@link #signatures()}
   * @param inputs all inputs of that signature, already checked against it
   * @param outputs names of the outputs to compute
   * @param deadline when nobody needs the answer any more; a run over all cores is then cut off,
   *     one on the calling thread is not
   * @return those outputs, on the Java heap
   * @throws dev.millrace.server.model.ServingException VALUE_REJECTED if the model refuses the
   *     values; DEADLINE_EXPIRED if the run was cut off; INTERNAL if it fails otherwise
   */
  Map<String, TensorData> run(
      String signature,
      Map<String, TensorData> inputs,
      Collection<String> outputs,
      Deadline deadline);

  /** The same run, and tells where its time went, if it can. */
  default Map<String, TensorData> run(
      String signature,
      Map<String, TensorData> inputs,
      Collection<String> outputs,
      Deadline deadline,
      RunPhases phases) {
    return run(signature, inputs, outputs, deadline);
  }

  /** Gives back all native memory. */
  @Override
  void close();
}
