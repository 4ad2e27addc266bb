package dev.millrace.server.inference;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.tensor.TensorData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A caller's question to a model.
 *
 * @param model which model, and which version of it
 * @param signature name of the signature
 * @param inputs tensors by name, not checked yet
 * @param outputs names of the outputs wanted; empty for all
 * @param deadline until when the answer is of use
 * @param cancelled true once the caller has gone
 * @param priority how much it matters beside others
 * @param caller who asks
 * @param routingKey keeps equal ones with one version while canaries take shares; empty for none
 * @param name the prediction's name, by which its truth can be told later; empty for none
 */
public record InferenceRequest(
    ModelReference model,
    String signature,
    Map<String, TensorData> inputs,
    List<String> outputs,
    Deadline deadline,
    BooleanSupplier cancelled,
    Priority priority,
    Caller caller,
    String routingKey,
    String name) {
  /** A request without a name. */
  public InferenceRequest(
      ModelReference model,
      String signature,
      Map<String, TensorData> inputs,
      List<String> outputs,
      Deadline deadline,
      BooleanSupplier cancelled,
      Priority priority,
      Caller caller,
      String routingKey) {
    this(model, signature, inputs, outputs, deadline, cancelled, priority, caller, routingKey, "");
  }

  /** A request without a routing key and a name. */
  public InferenceRequest(
      ModelReference model,
      String signature,
      Map<String, TensorData> inputs,
      List<String> outputs,
      Deadline deadline,
      BooleanSupplier cancelled,
      Priority priority,
      Caller caller) {
    this(model, signature, inputs, outputs, deadline, cancelled, priority, caller, "", "");
  }

  /** Copies the collections. */
  public InferenceRequest {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = List.copyOf(outputs);
  }
}
