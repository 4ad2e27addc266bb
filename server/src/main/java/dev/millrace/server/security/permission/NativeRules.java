package dev.millrace.server.security.permission;

import com.google.protobuf.Message;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Permission;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.ExplainRequest;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.GetFeedbackRequest;
import dev.millrace.v1.GetGateRequest;
import dev.millrace.v1.GetJudgementRequest;
import dev.millrace.v1.GiveFeedbackRequest;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.JudgeVersionRequest;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RecipeServiceGrpc;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.UnloadVersionRequest;
import dev.millrace.v1.UsageServiceGrpc;
import dev.millrace.v1.WatchModelRequest;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.function.Function;

/** What the calls of the native API need. Stateless. */
final class NativeRules {
  private NativeRules() {}

  static void addTo(PermissionTable.Builder table) {
    inference(table);
    models(table);
    changes(table);
    jobs(table);
    gate(table);
    table.add(DatasetServiceGrpc.getListDatasetsMethod(), new Rule.Filtered(Permission.VIEW));
    table.add(DatasetServiceGrpc.getGetDatasetMethod(), new Rule.Filtered(Permission.VIEW));
    table.add(DatasetServiceGrpc.getImportDatasetMethod(), new Rule.Filtered(Permission.TRAIN));
    table.add(DatasetServiceGrpc.getDeleteDatasetMethod(), new Rule.Everywhere(Permission.ADMIN));
    table.add(DatasetServiceGrpc.getListDeletionsMethod(), new Rule.Everywhere(Permission.ADMIN));
    table.add(RecipeServiceGrpc.getListRecipesMethod(), new Rule.AnyCaller());
    // Who may not see everybody's use sees their own.
    table.add(UsageServiceGrpc.getGetUsageMethod(), new Rule.AnyCaller());
  }

  private static void inference(PermissionTable.Builder table) {
    one(
        table,
        InferenceServiceGrpc.getPredictMethod(),
        Permission.PREDICT,
        PredictRequest.class,
        PredictRequest::getModel);
    one(
        table,
        InferenceServiceGrpc.getExplainMethod(),
        Permission.PREDICT,
        ExplainRequest.class,
        ExplainRequest::getModel);
    one(
        table,
        FeedbackServiceGrpc.getGiveFeedbackMethod(),
        Permission.PREDICT,
        GiveFeedbackRequest.class,
        GiveFeedbackRequest::getModel);
    one(
        table,
        FeedbackServiceGrpc.getGetFeedbackMethod(),
        Permission.VIEW,
        GetFeedbackRequest.class,
        GetFeedbackRequest::getModel);
  }

  private static void models(PermissionTable.Builder table) {
    one(
        table,
        ModelServiceGrpc.getModelStatusMethod(),
        Permission.VIEW,
        ModelStatusRequest.class,
        ModelStatusRequest::getModel);
    one(
        table,
        ModelServiceGrpc.getWatchModelMethod(),
        Permission.VIEW,
        WatchModelRequest.class,
        WatchModelRequest::getModel);
    one(
        table,
        ModelServiceGrpc.getListHistoryMethod(),
        Permission.VIEW,
        ListHistoryRequest.class,
        ListHistoryRequest::getModel);
    one(
        table,
        ModelServiceGrpc.getListDisagreementsMethod(),
        Permission.VIEW,
        ListDisagreementsRequest.class,
        ListDisagreementsRequest::getModel);
    table.add(
        ModelServiceGrpc.getDiffVersionsMethod(),
        new Rule.Models<>(
            Permission.VIEW,
            DiffVersionsRequest.class,
            request -> List.of(model(request.getBase()), model(request.getChanged())),
            NativeRules::unseen,
            false));
    table.add(ModelServiceGrpc.getListModelsMethod(), new Rule.Filtered(Permission.VIEW));
    table.add(ModelServiceGrpc.getGetImportMethod(), new Rule.Filtered(Permission.PUBLISH));
  }

  private static void changes(PermissionTable.Builder table) {
    one(
        table,
        ModelServiceGrpc.getLoadVersionMethod(),
        Permission.PUBLISH,
        LoadVersionRequest.class,
        LoadVersionRequest::getName);
    one(
        table,
        ModelServiceGrpc.getUnloadVersionMethod(),
        Permission.PUBLISH,
        UnloadVersionRequest.class,
        UnloadVersionRequest::getName);
    one(
        table,
        ModelServiceGrpc.getDeleteVersionMethod(),
        Permission.ADMIN,
        DeleteVersionRequest.class,
        DeleteVersionRequest::getName);
    one(
        table,
        ModelServiceGrpc.getSetLabelMethod(),
        Permission.PUBLISH,
        SetLabelRequest.class,
        SetLabelRequest::getName);
    one(
        table,
        ModelServiceGrpc.getPromoteMethod(),
        Permission.PUBLISH,
        PromoteRequest.class,
        PromoteRequest::getName);
    one(
        table,
        ModelServiceGrpc.getRollbackMethod(),
        Permission.PUBLISH,
        RollbackRequest.class,
        RollbackRequest::getModel);
    one(
        table,
        ModelServiceGrpc.getSetTrafficMethod(),
        Permission.PUBLISH,
        SetTrafficRequest.class,
        SetTrafficRequest::getModel);
    table.add(
        ModelServiceGrpc.getImportVersionMethod(),
        new Rule.Models<>(
            Permission.PUBLISH,
            ImportVersionRequest.class,
            // The pieces that follow the plan are the plan's.
            message -> message.hasPlan() ? List.of(model(message.getPlan().getModel())) : List.of(),
            NativeRules::unseen,
            true));
  }

  private static void jobs(PermissionTable.Builder table) {
    Rule see = new Rule.Filtered(Permission.VIEW);
    Rule run = new Rule.Filtered(Permission.TRAIN);
    table.add(TrainingServiceGrpc.getTrainMethod(), run);
    table.add(TrainingServiceGrpc.getCreateTrainingJobMethod(), run);
    table.add(TrainingServiceGrpc.getCancelTrainingJobMethod(), run);
    table.add(TrainingServiceGrpc.getGetTrainingJobMethod(), see);
    table.add(TrainingServiceGrpc.getListTrainingJobsMethod(), see);
    table.add(TrainingServiceGrpc.getWatchTrainingJobMethod(), see);
    table.add(EvaluationServiceGrpc.getEvaluateMethod(), run);
    table.add(EvaluationServiceGrpc.getCancelEvaluationMethod(), run);
    table.add(EvaluationServiceGrpc.getGetEvaluationMethod(), see);
    table.add(EvaluationServiceGrpc.getListEvaluationsMethod(), see);
  }

  private static void gate(PermissionTable.Builder table) {
    one(
        table,
        GateServiceGrpc.getGetGateMethod(),
        Permission.VIEW,
        GetGateRequest.class,
        GetGateRequest::getModel);
    one(
        table,
        GateServiceGrpc.getGetJudgementMethod(),
        Permission.VIEW,
        GetJudgementRequest.class,
        GetJudgementRequest::getName);
    one(
        table,
        GateServiceGrpc.getJudgeVersionMethod(),
        Permission.PUBLISH,
        JudgeVersionRequest.class,
        JudgeVersionRequest::getName);
  }

  private static <M extends Message> void one(
      PermissionTable.Builder table,
      MethodDescriptor<M, ?> method,
      Permission permission,
      Class<M> type,
      Function<M, String> name) {
    table.add(
        method,
        new Rule.Models<>(
            permission,
            type,
            message -> List.of(model(name.apply(message))),
            NativeRules::unseen,
            false));
  }

  /** Read by what the services read names with, so that both mean the same model. */
  private static String model(String name) {
    return ModelReference.parse(name).model().id();
  }

  /** The words for a model that there is not. */
  private static String unseen(String model) {
    return "no model '" + model + "' is served; ListModels names those that are";
  }
}
