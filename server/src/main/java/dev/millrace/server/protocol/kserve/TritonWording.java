package dev.millrace.server.protocol.kserve;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.Wording;
import io.grpc.Status.Code;
import java.util.Optional;

/** Errors with Triton's codes and texts, which its clients match. Thread-safe. */
final class TritonWording {
  private final ServedVersions versions;

  TritonWording(ServedVersions versions) {
    this.versions = versions;
  }

  /** Of an error about a model. */
  Wording of(ModelReference reference, ServingException error) {
    String start = "Request for unknown model: '" + reference.model() + "'";
    String version = " version " + version(reference.choice());
    boolean latest = reference.choice() instanceof VersionChoice.Latest;
    return switch (error.reason()) {
      case MODEL_NOT_FOUND -> new Wording(Code.NOT_FOUND, start + " is not found");
      case VERSION_NOT_FOUND, LABEL_NOT_FOUND ->
          new Wording(Code.NOT_FOUND, start + version + " is not found");
      case VERSION_NOT_READY ->
          latest
              ? new Wording(Code.NOT_FOUND, start + " has no available versions")
              : new Wording(Code.UNAVAILABLE, start + version + " is not at ready state");
      default -> Wording.of(error);
    };
  }

  /**
   * Of an error about a prediction.
   *
   * @param limited true when the request had a timeout of its own
   */
  Wording of(InferenceRequest request, boolean limited, ServingException error) {
    return switch (error.reason()) {
      case OVERLOADED ->
          new Wording(Code.UNAVAILABLE, "Exceeds maximum queue size: " + error.message());
      case DEADLINE_EXPIRED ->
          limited ? new Wording(Code.UNAVAILABLE, "Request timeout expired") : Wording.of(error);
      case INPUT_MISSING,
          INPUT_UNEXPECTED,
          OUTPUT_UNKNOWN,
          DTYPE_MISMATCH,
          SHAPE_MISMATCH,
          VALUE_REJECTED ->
          explained(request, error)
              .map(text -> new Wording(Code.INVALID_ARGUMENT, text))
              .orElse(Wording.of(error));
      default -> of(request.model(), error);
    };
  }

  private Optional<String> explained(InferenceRequest request, ServingException error) {
    Optional<VersionStatus> status = error.version().flatMap(versions::get);
    if (status.isEmpty()) {
      return Optional.empty();
    }
    Signature signature = status.get().signatures().get(request.signature());
    if (signature == null) {
      return Optional.empty();
    }
    boolean batchable =
        status
            .get()
            .warmUp()
            .map(report -> report.plan(request.signature()).batchable())
            .orElse(false);
    return new TritonCheck(request, signature, batchable).fault();
  }

  private static String version(VersionChoice choice) {
    if (choice instanceof VersionChoice.Exact exact) {
      return Long.toString(exact.number());
    }
    return choice instanceof VersionChoice.Labelled labelled
        ? FieldPath.shown(labelled.label())
        : "-1";
  }
}
