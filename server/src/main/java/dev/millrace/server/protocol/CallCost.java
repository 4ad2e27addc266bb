package dev.millrace.server.protocol;

import dev.millrace.server.usage.QuotaKind;
import java.util.EnumSet;
import java.util.Set;

/** What the calls of a method take of their caller's quotas and budget. */
enum CallCost {
  /** A prediction, or an explanation. */
  PREDICTION(true, QuotaKind.BYTES, QuotaKind.COMPUTE),
  /** Predictions, a message each. */
  PREDICTIONS(true, QuotaKind.BYTES, QuotaKind.COMPUTE),
  /** An evaluation, whose runs are its caller's use. */
  EVALUATION(true, QuotaKind.BYTES, QuotaKind.COMPUTE),
  /** A training job. */
  TRAINING(true, QuotaKind.BYTES, QuotaKind.TRAINING),
  /** Anything else. */
  OTHER(false, QuotaKind.BYTES);

  private final boolean priced;
  private final Set<QuotaKind> kinds = EnumSet.noneOf(QuotaKind.class);

  CallCost(boolean priced, QuotaKind... kinds) {
    this.priced = priced;
    this.kinds.addAll(Set.of(kinds));
  }

  /** True when it will cost something. */
  boolean isPriced() {
    return priced;
  }

  /** What the caller must not owe. */
  Set<QuotaKind> unowed() {
    return kinds;
  }

  /** Of a method, by its full name. */
  static CallCost of(String method) {
    return switch (method) {
      case "millrace.v1.InferenceService/Predict",
          "millrace.v1.InferenceService/Explain",
          "inference.GRPCInferenceService/ModelInfer",
          "tensorflow.serving.PredictionService/Predict",
          "tensorflow.serving.PredictionService/Classify",
          "tensorflow.serving.PredictionService/Regress",
          "tensorflow.serving.PredictionService/MultiInference" ->
          PREDICTION;
      case "inference.GRPCInferenceService/ModelStreamInfer" -> PREDICTIONS;
      case "millrace.v1.EvaluationService/Evaluate", "millrace.v1.GateService/JudgeVersion" ->
          EVALUATION;
      case "millrace.v1.TrainingService/Train", "millrace.v1.TrainingService/CreateTrainingJob" ->
          TRAINING;
      default -> OTHER;
    };
  }
}
