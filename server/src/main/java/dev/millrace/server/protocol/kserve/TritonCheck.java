package dev.millrace.server.protocol.kserve;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says in Triton's words, and in the order in which Triton looks, what is wrong with a request that
 * the core has refused.
 *
 * @param batchable true when the model's configuration has a batch dimension
 */
record TritonCheck(InferenceRequest request, Signature signature, boolean batchable) {
  private static final String BATCH_NOTE =
      " NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to"
          + " be prepended to each input shape. If you want to specify the full shape including the"
          + " batch dim in your input dims config, try setting max_batch_size to zero. See the model"
          + " configuration docs for more info on max_batch_size.";

  Optional<String> fault() {
    return output()
        .or(this::missing)
        .or(this::unexpected)
        .or(this::dtype)
        .or(this::shape)
        .or(this::rows);
  }

  private String model() {
    return request.model().model().id();
  }

  private Optional<String> output() {
    return request.outputs().stream()
        .filter(name -> !signature.outputs().containsKey(name))
        .findFirst()
        .map(
            name ->
                "unexpected inference output '"
                    + FieldPath.shown(name)
                    + "' for model '"
                    + model()
                    + "'");
  }

  private Optional<String> missing() {
    List<String> missing =
        signature.inputs().keySet().stream()
            .filter(name -> !request.inputs().containsKey(name))
            .toList();
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    int expected = signature.inputs().size();
    int got = request.inputs().size();
    String counts =
        expected == got
            ? ""
            : "expected "
                + expected
                + " inputs but got "
                + got
                + " inputs for model '"
                + model()
                + "'. ";
    return Optional.of(
        counts
            + "Got input(s) "
            + list(request.inputs().keySet())
            + ", but missing required input(s) "
            + list(missing)
            + ". Please provide all required input(s).");
  }

  private Optional<String> unexpected() {
    return request.inputs().keySet().stream()
        .filter(name -> !signature.inputs().containsKey(name))
        .findFirst()
        .map(
            name ->
                "unexpected inference input '"
                    + FieldPath.shown(name)
                    + "' for model '"
                    + model()
                    + "'");
  }

  private Optional<String> dtype() {
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      TensorData tensor = request.inputs().get(input.getKey());
      if (tensor != null && tensor.dtype() != input.getValue().dtype()) {
        return Optional.of(
            "inference input '"
                + input.getKey()
                + "' data-type is '"
                + Datatypes.name(tensor.dtype())
                + "', but model '"
                + model()
                + "' expects '"
                + Datatypes.name(input.getValue().dtype())
                + "'");
      }
    }
    return Optional.empty();
  }

  private Optional<String> shape() {
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      TensorData tensor = request.inputs().get(input.getKey());
      ShapeSpec spec = input.getValue().shape();
      if (tensor != null && (!spec.accepts(tensor.shape()) || isEmpty(tensor, spec))) {
        return Optional.of(
            "unexpected shape for input '"
                + input.getKey()
                + "' for model '"
                + model()
                + "'. Expected "
                + (spec.isUnknownRank() ? "any shape with at least one element" : sizes(spec))
                + ", got "
                + tensor.shape()
                + "."
                + (batchable ? BATCH_NOTE : ""));
      }
    }
    return Optional.empty();
  }

  private static boolean isEmpty(TensorData tensor, ShapeSpec spec) {
    return tensor.shape().elementCount() == 0
        && Arrays.stream(spec.toArray()).noneMatch(size -> size == 0);
  }

  /** Broadcasting is the model's right; only when it refuses, unequal rows are to blame. */
  private Optional<String> rows() {
    if (!batchable) {
      return Optional.empty();
    }
    long rows = -1;
    for (String name : signature.inputs().keySet()) {
      TensorData tensor = request.inputs().get(name);
      if (tensor != null && tensor.shape().rank() > 0) {
        if (rows >= 0 && tensor.shape().size(0) != rows) {
          return Optional.of(
              "input '" + name + "' batch size does not match other inputs for '" + model() + "'");
        }
        rows = tensor.shape().size(0);
      }
    }
    return Optional.empty();
  }

  private static String sizes(ShapeSpec spec) {
    return Arrays.toString(spec.toArray()).replace(" ", "");
  }

  private static String list(Collection<String> names) {
    return names.stream()
        .map(name -> "'" + FieldPath.shown(name) + "'")
        .collect(Collectors.joining(",", "[", "]"));
  }
}
