package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.ModelRepositoryParameter;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryIndexResponse;
import dev.millrace.proto.inference.RepositoryIndexResponse.ModelIndex;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.Callers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The repository as clients see it. Thread-safe. */
final class RepositoryCalls {
  private final ModelCatalog catalog;
  private final RepositoryControl control;

  RepositoryCalls(ModelCatalog catalog, RepositoryControl control) {
    this.catalog = catalog;
    this.control = control;
  }

  RepositoryIndexResponse index(RepositoryIndexRequest request) {
    List<VersionStatus> found = new ArrayList<>();
    catalog
        .statuses()
        .forEach(
            (model, versions) -> {
              if (Callers.see(model)) {
                found.addAll(versions);
              }
            });
    found.sort(Comparator.comparing(VersionStatus::id));
    RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
    for (VersionStatus status : found) {
      if (!request.getReady() || status.state() == VersionState.AVAILABLE) {
        response.addModels(
            ModelIndex.newBuilder()
                .setName(status.id().model().id())
                .setVersion(Long.toString(status.id().number()))
                .setState(state(status.state()))
                .setReason(reason(status)));
      }
    }
    return response.build();
  }

  CompletionStage<Void> load(RepositoryModelLoadRequest request) {
    ModelName model = model(request.getRepositoryName(), request.getModelName());
    for (Map.Entry<String, ModelRepositoryParameter> parameter :
        request.getParametersMap().entrySet()) {
      throw new ServingException(
          ErrorReason.UNSUPPORTED,
          "parameter '"
              + FieldPath.shown(parameter.getKey())
              + "' is not supported; publish the model's files into the repository");
    }
    try {
      return control.load(model, Callers.current().id());
    } catch (ServingException refused) {
      if (refused.reason() == ErrorReason.MODEL_NOT_FOUND) {
        throw new ServingException(
            ErrorReason.NAME_INVALID,
            "failed to load '" + model + "', failed to poll from model repository");
      }
      throw refused;
    }
  }

  CompletionStage<Void> unload(RepositoryModelUnloadRequest request) {
    return control.unload(
        model(request.getRepositoryName(), request.getModelName()), Callers.current().id());
  }

  private static ModelName model(String repository, String name) {
    if (!repository.isEmpty()) {
      throw new ServingException(
          ErrorReason.UNSUPPORTED, "'repository_name' specification is not supported");
    }
    if (name.isEmpty()) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "Model name cannot be empty. Please enter a valid name to deploy.");
    }
    if (name.contains("/") || name.contains("\\") || name.contains("..")) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "model name must not contain path traversal characters");
    }
    if (!ModelName.isValid(name)) {
      throw new ServingException(
          ErrorReason.NAME_INVALID,
          "failed to load '" + FieldPath.shown(name) + "', failed to poll from model repository");
    }
    return new ModelName(name);
  }

  private static String state(VersionState state) {
    return switch (state) {
      case PENDING, LOADING, WARMING -> "LOADING";
      case AVAILABLE -> "READY";
      case DRAINING -> "UNLOADING";
      case STORED, RELEASED, FAILED -> "UNAVAILABLE";
    };
  }

  private static String reason(VersionStatus status) {
    return status.state() == VersionState.STORED ? "unloaded" : status.message();
  }
}
