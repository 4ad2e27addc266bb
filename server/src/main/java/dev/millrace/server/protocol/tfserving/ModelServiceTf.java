package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.Code;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.GetModelStatusResponse;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.ModelVersionStatus;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.proto.tfserving.ReloadConfigResponse;
import dev.millrace.proto.tfserving.StatusProto;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** TensorFlow Serving's model service. Thread-safe. */
public final class ModelServiceTf extends ModelServiceGrpc.ModelServiceImplBase {
  private final ModelCatalog catalog;
  private final ServedVersions versions;
  private final ReloadTarget target;
  private final StatusMapper statuses;
  private final ServingWording wording;

  /** A service over the catalog. */
  public ModelServiceTf(
      ModelCatalog catalog, ServedVersions versions, ReloadTarget target, StatusMapper statuses) {
    this.catalog = catalog;
    this.versions = versions;
    this.target = target;
    this.statuses = statuses;
    this.wording = new ServingWording(versions);
  }

  @Override
  public void getModelStatus(
      GetModelStatusRequest request, StreamObserver<GetModelStatusResponse> observer) {
    Answers.send(
        observer,
        () -> {
          if (!request.hasModelSpec()) {
            throw new ServingException(ErrorReason.NAME_INVALID, "Missing ModelSpec");
          }
          return status(reference(request.getModelSpec()));
        },
        statuses::toStatus);
  }

  @Override
  public void handleReloadConfigRequest(
      ReloadConfigRequest request, StreamObserver<ReloadConfigResponse> observer) {
    CompletionStage<Void> done;
    try {
      done = target.replace(ModelLists.of(request.getConfig()), Callers.current().id());
    } catch (RuntimeException | Error refusedOrDefect) {
      observer.onError(statuses.toStatus(refusedOrDefect));
      return;
    }
    Answers.send(
        observer,
        done,
        nothing ->
            ReloadConfigResponse.newBuilder()
                .setStatus(StatusProto.newBuilder().setErrorCode(Code.OK))
                .build(),
        statuses::toStatus);
  }

  private static ModelReference reference(ModelSpec spec) {
    try {
      return ModelSpecs.reference(spec);
    } catch (ServingException refused) {
      if (refused.reason() == ErrorReason.MODEL_NOT_FOUND
          || refused.reason() == ErrorReason.VERSION_NOT_FOUND) {
        throw notFound(spec.getName(), spec.hasVersion() ? spec.getVersion().getValue() : 0);
      }
      throw refused;
    }
  }

  private GetModelStatusResponse status(ModelReference reference) {
    List<VersionStatus> found;
    if (reference.choice() instanceof VersionChoice.Labelled) {
      found = List.of(labelled(reference));
    } else {
      long number = reference.choice() instanceof VersionChoice.Exact exact ? exact.number() : 0;
      found =
          catalog.statuses(reference.model()).orElse(List.of()).stream()
              .filter(status -> number == 0 || status.id().number() == number)
              .toList();
      if (found.isEmpty()) {
        throw notFound(reference.model().id(), number);
      }
    }
    GetModelStatusResponse.Builder response = GetModelStatusResponse.newBuilder();
    found.forEach(status -> response.addModelVersionStatus(encode(status)));
    return response.build();
  }

  private VersionStatus labelled(ModelReference reference) {
    try {
      return versions.answering(reference);
    } catch (ServingException refused) {
      throw refused.reason() == ErrorReason.LABEL_NOT_FOUND
          ? new ServingException(ErrorReason.LABEL_INVALID, wording.of(reference, refused).text())
          : refused;
    }
  }

  private static ServingException notFound(String model, long number) {
    return number == 0
        ? new ServingException(
            ErrorReason.MODEL_NOT_FOUND, "Could not find any versions of model " + model)
        : new ServingException(
            ErrorReason.VERSION_NOT_FOUND,
            "Could not find version " + number + " of model " + model);
  }

  private static ModelVersionStatus encode(VersionStatus status) {
    StatusProto.Builder error = StatusProto.newBuilder().setErrorCode(Code.OK);
    if (status.state() == VersionState.FAILED) {
      ErrorReason reason = status.reason().orElse(ErrorReason.LOAD_FAILED);
      error.setErrorCode(Code.valueOf(reason.category().name())).setErrorMessage(status.message());
    }
    return ModelVersionStatus.newBuilder()
        .setVersion(status.id().number())
        .setState(state(status.state()))
        .setStatus(error)
        .build();
  }

  private static ModelVersionStatus.State state(VersionState state) {
    return switch (state) {
      case PENDING -> ModelVersionStatus.State.START;
      case LOADING, WARMING -> ModelVersionStatus.State.LOADING;
      case AVAILABLE -> ModelVersionStatus.State.AVAILABLE;
      case DRAINING -> ModelVersionStatus.State.UNLOADING;
      case STORED, RELEASED, FAILED -> ModelVersionStatus.State.END;
    };
  }
}
