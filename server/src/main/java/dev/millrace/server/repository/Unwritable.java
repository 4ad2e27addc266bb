package dev.millrace.server.repository;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Map;

/** Says in words why the repository does not take a write. */
public final class Unwritable {
  private Unwritable() {}

  /** REPOSITORY_UNWRITABLE, of a model whose change was not made. */
  public static ServingException of(ModelName model, IOException failed) {
    return new ServingException(
            ErrorReason.REPOSITORY_UNWRITABLE,
            "the model repository takes no writes now: " + why(failed) + "; nothing was changed",
            Map.of("model", model.id()))
        .causedBy(failed);
  }

  private static String why(IOException failed) {
    String text =
        failed instanceof FileSystemException known && known.getReason() != null
            ? known.getReason()
            : String.valueOf(failed.getMessage());
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("no space") || lower.contains("quota")) {
      return "its disk is full";
    }
    if (lower.contains("read-only")) {
      return "it is read-only";
    }
    return failed instanceof AccessDeniedException || lower.contains("permission denied")
        ? "this server may not write there"
        : "the log tells why";
  }
}
