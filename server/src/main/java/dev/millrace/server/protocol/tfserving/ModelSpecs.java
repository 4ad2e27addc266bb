package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.Int64Value;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;

/** Which model, version and signature a caller means, and which ones answered. Stateless. */
final class ModelSpecs {
  private ModelSpecs() {}

  /**
   * The model and version meant.
   *
   * @throws ServingException NAME_INVALID without a name; MODEL_NOT_FOUND or VERSION_NOT_FOUND for
   *     what can be none
   */
  static ModelReference reference(ModelSpec spec) {
    if (spec.getName().isEmpty()) {
      throw new ServingException(ErrorReason.NAME_INVALID, "ModelSpec has no name specified.");
    }
    if (!ModelName.isValid(spec.getName())) {
      throw new ServingException(ErrorReason.MODEL_NOT_FOUND, notFound(spec));
    }
    return new ModelReference(new ModelName(spec.getName()), choice(spec));
  }

  /** The signature meant. */
  static String signature(ModelSpec spec) {
    return spec.getSignatureName().isEmpty() ? Signature.DEFAULT_NAME : spec.getSignatureName();
  }

  /** What answered. */
  static ModelSpec effective(VersionId version, String signature) {
    return ModelSpec.newBuilder()
        .setName(version.model().id())
        .setVersion(Int64Value.of(version.number()))
        .setSignatureName(signature)
        .build();
  }

  /** TensorFlow Serving's words for a model that does not answer. */
  static String notFound(ModelReference reference) {
    return "Servable not found for request: "
        + (reference.choice() instanceof VersionChoice.Exact exact
            ? "Specific(" + reference.model() + ", " + exact.number() + ")"
            : "Latest(" + reference.model() + ")");
  }

  private static String notFound(ModelSpec spec) {
    String name = FieldPath.shown(spec.getName());
    return "Servable not found for request: "
        + (spec.hasVersion()
            ? "Specific(" + name + ", " + spec.getVersion().getValue() + ")"
            : "Latest(" + name + ")");
  }

  private static VersionChoice choice(ModelSpec spec) {
    return switch (spec.getVersionChoiceCase()) {
      case VERSION -> {
        if (spec.getVersion().getValue() < 1) {
          throw new ServingException(ErrorReason.VERSION_NOT_FOUND, notFound(spec));
        }
        yield new VersionChoice.Exact(spec.getVersion().getValue());
      }
      case VERSION_LABEL -> new VersionChoice.Labelled(spec.getVersionLabel());
      case VERSIONCHOICE_NOT_SET -> new VersionChoice.Latest();
    };
  }
}
