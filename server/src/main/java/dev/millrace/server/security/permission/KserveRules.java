package dev.millrace.server.security.permission;

import com.google.protobuf.Message;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelMetadataRequest;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.Permission;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.function.Function;

/** What the calls of the Open Inference Protocol need. Stateless. */
final class KserveRules {
  private KserveRules() {}

  static void addTo(PermissionTable.Builder table) {
    Rule open = new Rule.Public();
    table.add(GRPCInferenceServiceGrpc.getServerLiveMethod(), open);
    table.add(GRPCInferenceServiceGrpc.getServerReadyMethod(), open);
    table.add(GRPCInferenceServiceGrpc.getServerMetadataMethod(), new Rule.AnyCaller());
    one(
        table,
        GRPCInferenceServiceGrpc.getModelReadyMethod(),
        Permission.VIEW,
        ModelReadyRequest.class,
        ModelReadyRequest::getName);
    one(
        table,
        GRPCInferenceServiceGrpc.getModelMetadataMethod(),
        Permission.VIEW,
        ModelMetadataRequest.class,
        ModelMetadataRequest::getName);
    one(
        table,
        GRPCInferenceServiceGrpc.getModelConfigMethod(),
        Permission.VIEW,
        ModelConfigRequest.class,
        ModelConfigRequest::getName);
    one(
        table,
        GRPCInferenceServiceGrpc.getModelInferMethod(),
        Permission.PREDICT,
        ModelInferRequest.class,
        ModelInferRequest::getModelName);
    one(
        table,
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
        Permission.PREDICT,
        ModelInferRequest.class,
        ModelInferRequest::getModelName);
    table.add(
        GRPCInferenceServiceGrpc.getModelStatisticsMethod(),
        new Rule.Models<>(
            Permission.VIEW,
            ModelStatisticsRequest.class,
            // Without a name it asks for those that the caller may see.
            request -> request.getName().isEmpty() ? List.of() : List.of(request.getName()),
            KserveRules::unseen,
            false));
    table.add(
        GRPCInferenceServiceGrpc.getRepositoryIndexMethod(), new Rule.Filtered(Permission.VIEW));
    one(
        table,
        GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
        Permission.PUBLISH,
        RepositoryModelLoadRequest.class,
        RepositoryModelLoadRequest::getModelName);
    one(
        table,
        GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
        Permission.PUBLISH,
        RepositoryModelUnloadRequest.class,
        RepositoryModelUnloadRequest::getModelName);
    server(table);
  }

  private static void server(PermissionTable.Builder table) {
    Rule change = new Rule.Everywhere(Permission.ADMIN);
    List.of(
            GRPCInferenceServiceGrpc.getTraceSettingMethod(),
            GRPCInferenceServiceGrpc.getLogSettingsMethod(),
            GRPCInferenceServiceGrpc.getSystemSharedMemoryStatusMethod(),
            GRPCInferenceServiceGrpc.getSystemSharedMemoryRegisterMethod(),
            GRPCInferenceServiceGrpc.getSystemSharedMemoryUnregisterMethod(),
            GRPCInferenceServiceGrpc.getCudaSharedMemoryStatusMethod(),
            GRPCInferenceServiceGrpc.getCudaSharedMemoryRegisterMethod(),
            GRPCInferenceServiceGrpc.getCudaSharedMemoryUnregisterMethod())
        .forEach(method -> table.add(method, change));
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
            permission, type, message -> List.of(name.apply(message)), KserveRules::unseen, false));
  }

  private static String unseen(String model) {
    return "Request for unknown model: '" + FieldPath.shown(model) + "' is not found";
  }
}
