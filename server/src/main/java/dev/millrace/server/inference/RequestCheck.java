package dev.millrace.server.inference;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares a request with a signature before TensorFlow sees it: some kernels end the process on a
 * wrong rank. Stateless.
 */
public final class RequestCheck {
  /**
   * Passes a request whose tensors are those of the signature.
   *
   * @throws ServingException INPUT_MISSING, INPUT_UNEXPECTED, OUTPUT_UNKNOWN, DTYPE_MISMATCH,
   *     SHAPE_MISMATCH or VALUE_REJECTED, with a violation for each field at fault
   */
  public void check(InferenceRequest request, Signature signature) {
    List<FieldViolation> violations = new ArrayList<>();
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      if (!request.inputs().containsKey(input.getKey())) {
        violations.add(
            new FieldViolation(
                FieldPath.input(input.getKey()),
                ErrorReason.INPUT_MISSING,
                "expected " + describe(input.getValue()) + ", got nothing"));
      }
    }
    for (Map.Entry<String, TensorData> input : request.inputs().entrySet()) {
      TensorSpec spec = signature.inputs().get(input.getKey());
      if (spec == null) {
        violations.add(
            new FieldViolation(
                FieldPath.input(input.getKey()),
                ErrorReason.INPUT_UNEXPECTED,
                "the signature has no such input; it takes " + signature.inputs().keySet()));
      } else {
        check(FieldPath.input(input.getKey()), input.getValue(), spec).ifPresent(violations::add);
      }
    }
    for (String output : request.outputs()) {
      if (!signature.outputs().containsKey(output)) {
        violations.add(
            new FieldViolation(
                "outputs",
                ErrorReason.OUTPUT_UNKNOWN,
                "the signature has no output '"
                    + FieldPath.shown(output)
                    + "'; it gives "
                    + signature.outputs().keySet()));
      }
    }
    if (!violations.isEmpty()) {
      throw ServingException.ofViolations(violations);
    }
  }

  private static Optional<FieldViolation> check(String field, TensorData tensor, TensorSpec spec) {
    if (tensor.dtype() != spec.dtype()) {
      return Optional.of(
          new FieldViolation(
              field + ".dtype",
              ErrorReason.DTYPE_MISMATCH,
              "expected " + spec.dtype() + ", got " + tensor.dtype()));
    }
    if (!spec.shape().accepts(tensor.shape())) {
      return Optional.of(
          new FieldViolation(
              field + ".shape",
              ErrorReason.SHAPE_MISMATCH,
              "expected " + spec.shape() + ", got " + tensor.shape()));
    }
    if (hasNewZero(tensor.shape(), spec.shape())) {
      return Optional.of(
          new FieldViolation(
              field + ".shape",
              ErrorReason.SHAPE_MISMATCH,
              "expected at least one element, got " + tensor.shape()));
    }
    return ImageLimit.check(field, tensor);
  }

  /**
   * True for a size of 0 that the model does not ask for itself; oneDNN's kernels refuse empty
   * batches.
   */
  private static boolean hasNewZero(Shape shape, ShapeSpec spec) {
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.size(i) == 0 && (spec.isUnknownRank() || spec.size(i) != 0)) {
        return true;
      }
    }
    return false;
  }

  private static String describe(TensorSpec spec) {
    return spec.dtype() + " " + spec.shape();
  }
}
