package dev.millrace.server.protocol.tfserving;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.Wording;
import io.grpc.Status.Code;
import java.util.Optional;

/** Errors with TensorFlow Serving's codes and texts, which its clients match. Thread-safe. */
final class ServingWording {
  private final ServedVersions versions;

  ServingWording(ServedVersions versions) {
    this.versions = versions;
  }

  /** Of an error about a model. */
  Wording of(ModelReference reference, ServingException error) {
    return switch (error.reason()) {
      case MODEL_NOT_FOUND, VERSION_NOT_FOUND ->
          new Wording(Code.NOT_FOUND, ModelSpecs.notFound(reference));
      case VERSION_NOT_READY -> notReady(reference, error);
      case LABEL_NOT_FOUND ->
          new Wording(
              Code.INVALID_ARGUMENT,
              "Unrecognized servable version label: "
                  + (reference.choice() instanceof VersionChoice.Labelled labelled
                      ? FieldPath.shown(labelled.label())
                      : ""));
      default -> Wording.of(error);
    };
  }

  /** Of an error about a Predict call. */
  Wording ofPredict(InferenceRequest request, ServingException error) {
    return switch (error.reason()) {
      case SIGNATURE_NOT_FOUND ->
          new Wording(
              Code.FAILED_PRECONDITION,
              "Serving signature key \"" + FieldPath.shown(request.signature()) + "\" not found.");
      case INPUT_MISSING, INPUT_UNEXPECTED, OUTPUT_UNKNOWN, DTYPE_MISMATCH ->
          signature(request, error)
              .flatMap(signature -> new PredictCheck(request, signature).fault())
              .map(text -> new Wording(Code.INVALID_ARGUMENT, text))
              .orElse(Wording.of(error));
      default -> of(request.model(), error);
    };
  }

  /** Of an error about a call with examples. */
  Wording ofExamples(InferenceRequest request, ExampleMethod method, ServingException error) {
    return switch (error.reason()) {
      case SIGNATURE_NOT_FOUND ->
          new Wording(
              Code.INVALID_ARGUMENT,
              "No signature was found with the name: " + FieldPath.shown(request.signature()));
      case INPUT_MISSING, INPUT_UNEXPECTED, DTYPE_MISMATCH, SHAPE_MISMATCH ->
          signature(request, error)
              .flatMap(method::fault)
              .map(text -> new Wording(Code.INVALID_ARGUMENT, text))
              .orElse(Wording.of(error));
      default -> of(request.model(), error);
    };
  }

  private Optional<Signature> signature(InferenceRequest request, ServingException error) {
    return error.version().flatMap(version -> versions.signature(version, request.signature()));
  }

  /** A version that is still to come is as good as none; one that has failed never comes. */
  private Wording notReady(ModelReference reference, ServingException error) {
    Optional<VersionStatus> failed =
        Optional.ofNullable(error.metadata().get("version"))
            .map(number -> new VersionId(reference.model(), Long.parseLong(number)))
            .flatMap(versions::get)
            .filter(status -> status.state() == VersionState.FAILED);
    return failed
        .map(
            status ->
                new Wording(
                    Code.FAILED_PRECONDITION,
                    status.reason().orElse(ErrorReason.LOAD_FAILED)
                        + ": "
                        + status.id()
                        + " did not become available: "
                        + status.message()))
        .orElseGet(() -> new Wording(Code.NOT_FOUND, ModelSpecs.notFound(reference)));
  }
}
