package dev.millrace.server.security.permission;

import com.google.protobuf.Message;
import dev.millrace.proto.tfserving.ClassificationRequest;
import dev.millrace.proto.tfserving.GetModelMetadataRequest;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.RegressionRequest;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.Permission;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What the calls of TensorFlow Serving need. Stateless. */
final class TfServingRules {
  private TfServingRules() {}

  static void addTo(PermissionTable.Builder table) {
    one(
        table,
        PredictionServiceGrpc.getPredictMethod(),
        Permission.PREDICT,
        PredictRequest.class,
        PredictRequest::getModelSpec);
    one(
        table,
        PredictionServiceGrpc.getClassifyMethod(),
        Permission.PREDICT,
        ClassificationRequest.class,
        ClassificationRequest::getModelSpec);
    one(
        table,
        PredictionServiceGrpc.getRegressMethod(),
        Permission.PREDICT,
        RegressionRequest.class,
        RegressionRequest::getModelSpec);
    table.add(
        PredictionServiceGrpc.getMultiInferenceMethod(),
        new Rule.Models<>(
            Permission.PREDICT,
            MultiInferenceRequest.class,
            request ->
                request.getTasksList().stream()
                    .map(InferenceTask::getModelSpec)
                    .map(ModelSpec::getName)
                    .toList(),
            TfServingRules::unseen,
            false));
    one(
        table,
        PredictionServiceGrpc.getGetModelMetadataMethod(),
        Permission.VIEW,
        GetModelMetadataRequest.class,
        GetModelMetadataRequest::getModelSpec);
    table.add(
        ModelServiceGrpc.getGetModelStatusMethod(),
        rule(
            Permission.VIEW,
            GetModelStatusRequest.class,
            GetModelStatusRequest::getModelSpec,
            model -> "Could not find any versions of model " + FieldPath.shown(model)));
    // It says of every model whether it is served.
    table.add(
        ModelServiceGrpc.getHandleReloadConfigRequestMethod(),
        new Rule.Everywhere(Permission.ADMIN));
  }

  private static <M extends Message> void one(
      PermissionTable.Builder table,
      MethodDescriptor<M, ?> method,
      Permission permission,
      Class<M> type,
      Function<M, ModelSpec> spec) {
    table.add(method, rule(permission, type, spec, TfServingRules::unseen));
  }

  private static <M extends Message> Rule rule(
      Permission permission,
      Class<M> type,
      Function<M, ModelSpec> spec,
      UnaryOperator<String> unseen) {
    return new Rule.Models<>(
        permission, type, message -> List.of(spec.apply(message).getName()), unseen, false);
  }

  private static String unseen(String model) {
    return "Servable not found for request: Latest(" + FieldPath.shown(model) + ")";
  }
}
