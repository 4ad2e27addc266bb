package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.CallDeadline;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.RequestName;
import dev.millrace.server.tensor.TensorData;
import io.grpc.Context;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the core's requests of the wire's. Thread-safe. */
final class RequestMaker {
  private final InstantSource clock;
  private final long mostBytes;

  /**
   * A maker.
   *
   * @param mostBytes most that one request's tensors may become
   */
  RequestMaker(InstantSource clock, long mostBytes) {
    this.clock = clock;
    this.mostBytes = mostBytes;
  }

  ExpansionBudget budget() {
    return new ExpansionBudget(mostBytes);
  }

  InferenceRequest predict(PredictRequest request) {
    ModelReference model = ModelSpecs.reference(request.getModelSpec());
    Set<String> outputs = new HashSet<>();
    for (String output : request.getOutputFilterList()) {
      if (!outputs.add(output)) {
        throw new ServingException(
            ErrorReason.OUTPUT_UNKNOWN,
            "duplicate output tensor alias: " + FieldPath.shown(output));
      }
    }
    ExpansionBudget budget = budget();
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    request
        .getInputsMap()
        .forEach((alias, proto) -> inputs.put(alias, TensorReader.read(alias, proto, budget)));
    return make(
        model, ModelSpecs.signature(request.getModelSpec()), inputs, request.getOutputFilterList());
  }

  InferenceRequest examples(ModelReference model, ModelSpec spec, TensorData examples) {
    return make(model, ModelSpecs.signature(spec), Map.of(ExampleInput.NAME, examples), List.of());
  }

  private InferenceRequest make(
      ModelReference model,
      String signature,
      Map<String, TensorData> inputs,
      List<String> outputs) {
    Context context = Context.current();
    return new InferenceRequest(
        model,
        signature,
        inputs,
        outputs,
        CallDeadline.of(context, clock),
        context::isCancelled,
        Priority.NORMAL,
        Callers.current(),
        "",
        RequestName.current());
  }
}
