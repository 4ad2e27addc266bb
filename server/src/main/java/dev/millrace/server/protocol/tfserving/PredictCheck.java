package dev.millrace.server.protocol.tfserving;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Says in TensorFlow Serving's words, and in the order in which it looks, what is wrong with a
 * prediction that the core has refused.
 */
record PredictCheck(InferenceRequest request, Signature signature) {
  Optional<String> fault() {
    return sizes().or(this::input).or(this::output).or(this::dtype);
  }

  private Optional<String> sizes() {
    TreeSet<String> sent = new TreeSet<>(request.inputs().keySet());
    TreeSet<String> wanted = new TreeSet<>(signature.inputs().keySet());
    if (sent.size() == wanted.size()) {
      return Optional.empty();
    }
    TreeSet<String> extra = new TreeSet<>(sent);
    extra.removeAll(wanted);
    TreeSet<String> missing = new TreeSet<>(wanted);
    missing.removeAll(sent);
    return Optional.of(
        "input size does not match signature: "
            + sent.size()
            + "!="
            + wanted.size()
            + " len("
            + set(sent)
            + ") != len("
            + set(wanted)
            + "). Sent extra: "
            + set(extra)
            + ". Missing but required: "
            + set(missing)
            + ".");
  }

  private Optional<String> input() {
    return unknown(request.inputs().keySet(), signature.inputs().keySet())
        .map(
            name ->
                "input tensor alias not found in signature: "
                    + name
                    + ". Inputs expected to be in the set "
                    + set(signature.inputs().keySet())
                    + ".");
  }

  private Optional<String> output() {
    return unknown(request.outputs(), signature.outputs().keySet())
        .map(
            name ->
                "output tensor alias not found in signature: "
                    + name
                    + " Outputs expected to be in the set "
                    + set(signature.outputs().keySet())
                    + ".");
  }

  /** As a session says it. */
  private Optional<String> dtype() {
    int index = 0;
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      TensorData tensor = request.inputs().get(input.getKey());
      if (tensor != null && tensor.dtype() != input.getValue().dtype()) {
        return Optional.of(
            "Expects arg["
                + index
                + "] to be "
                + name(input.getValue().dtype())
                + " but "
                + name(tensor.dtype())
                + " is provided: input '"
                + input.getKey()
                + "'");
      }
      index++;
    }
    return Optional.empty();
  }

  private static Optional<String> unknown(Collection<String> names, Collection<String> known) {
    return names.stream().filter(name -> !known.contains(name)).findFirst().map(FieldPath::shown);
  }

  private static String name(DataType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
      case FLOAT16 -> "half";
      default -> dtype.name().toLowerCase(Locale.ROOT);
    };
  }

  private static String set(Collection<String> names) {
    return names.stream().map(FieldPath::shown).collect(Collectors.joining(",", "{", "}"));
  }
}
