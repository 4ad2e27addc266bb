package dev.millrace.server.protocol.kserve;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import java.util.regex.Pattern;

/** Reads a model's name and version. Stateless. */
final class RequestedModel {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private RequestedModel() {}

  /**
   * The model and version that a request names; a version that is no number is a label.
   *
   * @throws ServingException MODEL_NOT_FOUND for what cannot be a model's name, NAME_INVALID for a
   *     version
   */
  static ModelReference of(String name, String version) {
    if (!ModelName.isValid(name)) {
      throw new ServingException(
          ErrorReason.MODEL_NOT_FOUND,
          "Request for unknown model: '" + FieldPath.shown(name) + "' is not found");
    }
    return new ModelReference(new ModelName(name), choice(version));
  }

  private static VersionChoice choice(String version) {
    if (version.isEmpty()) {
      return new VersionChoice.Latest();
    }
    if (NUMBER.matcher(version).matches()) {
      long number = Long.parseLong(version);
      if (number > 0) {
        return new VersionChoice.Exact(number);
      }
    } else if (ModelName.isValid(version)) {
      return new VersionChoice.Labelled(version);
    }
    throw new ServingException(
        ErrorReason.NAME_INVALID,
        "failed to get model version from specified version string '"
            + FieldPath.shown(version)
            + "', version should be an integral value > 0, or a label");
  }
}
