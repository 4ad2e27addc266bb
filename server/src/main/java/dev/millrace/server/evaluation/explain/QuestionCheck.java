package dev.millrace.server.evaluation.explain;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.util.List;
import java.util.Map;

/** Refuses questions that cannot be answered, with what to change. Stateless. */
final class QuestionCheck {
  /** Steps of integrated gradients when none are given. */
  static final int DEFAULT_STEPS = 64;

  private static final int MOST_STEPS = 1000;
  private static final int USUAL_PLACES = 7;

  private QuestionCheck() {}

  /**
   * Passes for a question that makes sense by itself.
   *
   * @throws ServingException PARAMETER_INVALID, INPUT_MISSING, SHAPE_MISMATCH, DTYPE_MISMATCH or
   *     NOT_EXPLAINABLE
   */
  static void check(Question question) {
    if (question.steps() < 0 || question.steps() > MOST_STEPS) {
      throw invalid(
          "steps",
          ErrorReason.PARAMETER_INVALID,
          "expected 1 to " + MOST_STEPS + ", got " + question.steps());
    }
    if (question.window() < 0) {
      throw invalid(
          "window", ErrorReason.PARAMETER_INVALID, "expected 1 or more, got " + question.window());
    }
    String input = input(question);
    for (Map.Entry<String, TensorData> each : question.request().inputs().entrySet()) {
      Shape shape = each.getValue().shape();
      if (shape.rank() == 0 || shape.size(0) != 1) {
        throw invalid(
            FieldPath.input(each.getKey()) + ".shape",
            ErrorReason.SHAPE_MISMATCH,
            "expected one example, of shape [1, ...], got " + shape);
      }
    }
    TensorData example = question.request().inputs().get(input);
    if (example == null) {
      throw invalid(FieldPath.input(input), ErrorReason.INPUT_MISSING, "expected it, got nothing");
    }
    if (example.dtype() == DataType.STRING) {
      throw new ServingException(
          ErrorReason.NOT_EXPLAINABLE,
          "strings have no elements to explain; use a signature that takes pixels");
    }
    question
        .baseline()
        .ifPresent(
            baseline -> {
              if (baseline.dtype() != example.dtype()) {
                throw invalid(
                    "baseline.dtype",
                    ErrorReason.DTYPE_MISMATCH,
                    "expected " + example.dtype() + ", got " + baseline.dtype());
              }
              if (!baseline.shape().equals(example.shape())) {
                throw invalid(
                    "baseline.shape",
                    ErrorReason.SHAPE_MISMATCH,
                    "expected " + example.shape() + ", got " + baseline.shape());
              }
            });
  }

  /** The input that is meant. */
  static String input(Question question) {
    if (!question.input().isEmpty()) {
      return question.input();
    }
    if (question.request().inputs().size() != 1) {
      throw invalid(
          "input",
          ErrorReason.PARAMETER_INVALID,
          "expected one of " + question.request().inputs().keySet());
    }
    return question.request().inputs().keySet().iterator().next();
  }

  /** Passes for a class that there is. */
  static void target(int target, int classes) {
    if (target < 0 || target >= classes) {
      throw invalid(
          "target_class",
          ErrorReason.PARAMETER_INVALID,
          "expected 0 to " + (classes - 1) + ", got " + target);
    }
  }

  /** The occlusion that is meant. */
  static Occlusion occlusion(Question question, Shape shape) {
    if (!Occlusion.isPicture(shape)) {
      throw new ServingException(
          ErrorReason.NOT_EXPLAINABLE,
          "OCCLUSION covers pictures of [1, height, width] or [1, height, width, channels], got "
              + shape);
    }
    int smaller = (int) Math.min(shape.size(1), shape.size(2));
    if (question.window() > smaller) {
      throw invalid(
          "window",
          ErrorReason.PARAMETER_INVALID,
          "expected 1 to " + smaller + ", got " + question.window());
    }
    Occlusion occlusion =
        new Occlusion(
            question.window() == 0 ? Math.max(1, smaller / USUAL_PLACES) : question.window());
    long places = occlusion.places(shape);
    if (places > Occlusion.MOST_PLACES) {
      throw invalid(
          "window",
          ErrorReason.PARAMETER_INVALID,
          "a square of this size has "
              + places
              + " places, at most "
              + Occlusion.MOST_PLACES
              + " are tried; make it larger");
    }
    return occlusion;
  }

  private static ServingException invalid(String field, ErrorReason reason, String description) {
    return ServingException.ofViolations(List.of(new FieldViolation(field, reason, description)));
  }
}
