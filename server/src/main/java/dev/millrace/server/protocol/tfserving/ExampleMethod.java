package dev.millrace.server.protocol.tfserving;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The two methods that take examples, and what a signature must be like for each. */
enum ExampleMethod {
  CLASSIFY("tensorflow/serving/classify", "classification"),
  REGRESS("tensorflow/serving/regress", "regression");

  static final String CLASSES = "classes";
  static final String SCORES = "scores";
  static final String OUTPUTS = "outputs";

  private final String method;
  private final String noun;

  ExampleMethod(String method, String noun) {
    this.method = method;
    this.noun = noun;
  }

  /** The method of a name such as {@code tensorflow/serving/classify}. */
  static Optional<ExampleMethod> of(String name) {
    for (ExampleMethod method : values()) {
      if (method.method.equals(name)) {
        return Optional.of(method);
      }
    }
    return Optional.empty();
  }

  /** What is wrong with a signature for this method. */
  Optional<String> fault(Signature signature) {
    if (!signature.method().equals(method)) {
      return Optional.of(
          "Expected "
              + noun
              + " signature method_name to be "
              + method
              + ". Was: "
              + signature.method());
    }
    if (signature.inputs().size() != 1) {
      return Optional.of("Expected one input Tensor.");
    }
    TensorSpec input = signature.inputs().get(ExampleInput.NAME);
    if (input == null || input.dtype() != DataType.STRING) {
      return Optional.of(
          "No "
              + noun
              + " inputs found in SignatureDef: the input must be named '"
              + ExampleInput.NAME
              + "' and take serialized examples");
    }
    return outputs(signature.outputs());
  }

  private Optional<String> outputs(Map<String, TensorSpec> outputs) {
    int most = this == CLASSIFY ? 2 : 1;
    if (outputs.isEmpty() || outputs.size() > most) {
      return Optional.of(
          this == CLASSIFY
              ? "Expected one or two output Tensors, found " + outputs.size()
              : "Expected one output Tensor.");
    }
    if (this == REGRESS) {
      return outputs.containsKey(OUTPUTS)
          ? Optional.empty()
          : Optional.of("No regression outputs found in SignatureDef");
    }
    return outputs.containsKey(CLASSES) || outputs.containsKey(SCORES)
        ? Optional.empty()
        : Optional.of(
            "Expected classification signature outputs to contain at least one of \"classes\" or"
                + " \"scores\".");
  }

  /**
   * An output with a row for each example.
   *
   * @param rank its number of dimensions
   * @throws ServingException VALUE_REJECTED when it is of another type or shape
   */
  static @Nullable TensorData output(
      Map<String, TensorData> outputs, String name, DataType dtype, int examples) {
    TensorData output = outputs.get(name);
    if (output == null) {
      return null;
    }
    if (output.dtype() != dtype) {
      throw unfit("Expected " + name + " Tensor of " + dtype + ". Got: " + output.dtype());
    }
    if (output.shape().rank() == 0 || output.shape().size(0) != examples) {
      throw unfit(
          "Expected " + name + " output batch size of " + examples + ". Got: " + output.shape());
    }
    return output;
  }

  static ServingException unfit(String text) {
    return new ServingException(ErrorReason.VALUE_REJECTED, text);
  }
}
