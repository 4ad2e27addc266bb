package dev.millrace.server.protocol.audit;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every method of every wire: those that change something and are written down, and those that only
 * read or answer. A method that is on neither list counts as one that changes something.
 */
public final class AuditedMethods {
  private static final String MODELS = "millrace.v1.ModelService/";
  private static final String TRAINING = "millrace.v1.TrainingService/";
  private static final String EVALUATION = "millrace.v1.EvaluationService/";
  private static final String DATASETS = "millrace.v1.DatasetService/";
  private static final String KSERVE = "inference.GRPCInferenceService/";
  private static final String TF_MODELS = "tensorflow.serving.ModelService/";
  private static final String TF_PREDICTION = "tensorflow.serving.PredictionService/";

  private static final AuditedMethod UNNAMED = AuditedMethod.of("name");

  private static final Map<String, AuditedMethod> CHANGES =
      Map.ofEntries(
          Map.entry(MODELS + "LoadVersion", AuditedMethod.of("name", "reason")),
          Map.entry(MODELS + "UnloadVersion", AuditedMethod.of("name", "reason")),
          Map.entry(MODELS + "DeleteVersion", AuditedMethod.of("name", "reason")),
          Map.entry(MODELS + "SetLabel", AuditedMethod.of("name", "version", "reason")),
          Map.entry(
              MODELS + "Promote",
              AuditedMethod.of("name", "allow_breaking", "override_gate", "reason")),
          Map.entry(MODELS + "Rollback", AuditedMethod.of("model", "reason")),
          Map.entry(MODELS + "SetTraffic", AuditedMethod.of("model", "traffic", "reason")),
          Map.entry(
              MODELS + "ImportVersion",
              AuditedMethod.of("plan.model", "plan.import_id", "plan.parent", "plan.reason")
                  .making("version")),
          Map.entry(
              TRAINING + "Train",
              AuditedMethod.of("spec.model", "spec.recipe", "spec.dataset", "request_id")),
          Map.entry(
              TRAINING + "CreateTrainingJob",
              AuditedMethod.of("spec.model", "spec.recipe", "spec.dataset", "request_id")
                  .making("training_job.name")),
          Map.entry(TRAINING + "CancelTrainingJob", AuditedMethod.of("name")),
          Map.entry(
              EVALUATION + "Evaluate",
              AuditedMethod.of("spec.model", "spec.baseline", "spec.dataset", "request_id")
                  .making("evaluation.name")),
          Map.entry(EVALUATION + "CancelEvaluation", AuditedMethod.of("name")),
          Map.entry(
              "millrace.v1.GateService/JudgeVersion",
              AuditedMethod.of("name", "hold").making("judgement.name")),
          Map.entry(
              DATASETS + "ImportDataset",
              AuditedMethod.of("plan.name", "plan.owner", "plan.purpose", "plan.retention")
                  .making("dataset.name")),
          Map.entry(
              DATASETS + "DeleteDataset", AuditedMethod.of("name", "with_versions", "reason")),
          Map.entry(KSERVE + "RepositoryModelLoad", AuditedMethod.of("model_name")),
          Map.entry(KSERVE + "RepositoryModelUnload", AuditedMethod.of("model_name")),
          Map.entry(
              TF_MODELS + "HandleReloadConfigRequest",
              AuditedMethod.of("config.model_config_list.config.name")));

  private static final Set<String> READS =
      Stream.of(
              Stream.of(
                      "ModelStatus",
                      "ListModels",
                      "WatchModel",
                      "GetImport",
                      "ListHistory",
                      "ListDisagreements",
                      "DiffVersions")
                  .map(MODELS::concat),
              Stream.of("GetTrainingJob", "ListTrainingJobs", "WatchTrainingJob")
                  .map(TRAINING::concat),
              Stream.of("GetEvaluation", "ListEvaluations").map(EVALUATION::concat),
              Stream.of("ListDatasets", "GetDataset", "ListDeletions").map(DATASETS::concat),
              Stream.of(
                  "millrace.v1.GateService/GetGate",
                  "millrace.v1.GateService/GetJudgement",
                  "millrace.v1.RecipeService/ListRecipes",
                  // What is asked and what comes of it is traffic, and has its metrics and the
                  // request log.
                  "millrace.v1.InferenceService/Predict",
                  "millrace.v1.InferenceService/Explain",
                  "millrace.v1.FeedbackService/GiveFeedback",
                  "millrace.v1.FeedbackService/GetFeedback"),
              Stream.of(
                      "ServerLive",
                      "ServerReady",
                      "ServerMetadata",
                      "ModelReady",
                      "ModelMetadata",
                      "ModelInfer",
                      "ModelStreamInfer",
                      "ModelConfig",
                      "ModelStatistics",
                      "RepositoryIndex",
                      // These take no change; they refuse it.
                      "TraceSetting",
                      "LogSettings",
                      "SystemSharedMemoryStatus",
                      "SystemSharedMemoryRegister",
                      "SystemSharedMemoryUnregister",
                      "CudaSharedMemoryStatus",
                      "CudaSharedMemoryRegister",
                      "CudaSharedMemoryUnregister")
                  .map(KSERVE::concat),
              Stream.of(TF_MODELS + "GetModelStatus"),
              Stream.of("Classify", "Regress", "Predict", "MultiInference", "GetModelMetadata")
                  .map(TF_PREDICTION::concat),
              Stream.of(
                  "grpc.health.v1.Health/Check",
                  "grpc.health.v1.Health/List",
                  "grpc.health.v1.Health/Watch",
                  "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                  "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"))
          .flatMap(methods -> methods)
          .collect(Collectors.toUnmodifiableSet());

  private AuditedMethods() {}

  /** True for a method whose calls are written down. */
  public static boolean isAudited(String fullName) {
    return !READS.contains(fullName);
  }

  /** How a method's calls are written down; empty for one that only reads. */
  static Optional<AuditedMethod> of(String fullName) {
    return isAudited(fullName)
        ? Optional.of(CHANGES.getOrDefault(fullName, UNNAMED))
        : Optional.empty();
  }

  /** Full names of the methods that are listed as changing something. */
  public static Set<String> changes() {
    return CHANGES.keySet();
  }

  /** Full names of the methods that are listed as reading. */
  public static Set<String> reads() {
    return READS;
  }
}
