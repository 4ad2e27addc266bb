package dev.millrace.server.repository;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Checks what lies in the repository before a version is loaded: the model's settings, and every
 * file against the version's manifest. Thread-safe.
 */
public final class VerifyingLoader implements ServableLoader {
  private final ServableLoader delegate;
  private final ManifestFormat manifests = new ManifestFormat();

  /** Checks, then lets the delegate load. */
  public VerifyingLoader(ServableLoader delegate) {
    this.delegate = delegate;
  }

  @Override
  public Servable load(ServableSource source, ExecutionMode mode) {
    SettingsFile.parse(settingsText(source));
    if (Files.isRegularFile(source.directory().resolve(Manifest.FILE_NAME))) {
      verify(source);
    }
    return delegate.load(source, mode);
  }

  private static String settingsText(ServableSource source) {
    Path model = source.directory().getParent();
    try {
      return model == null ? "" : SettingsFile.text(model);
    } catch (IOException unreadable) {
      throw SettingsFile.invalid("it cannot be read").causedBy(unreadable);
    }
  }

  private void verify(ServableSource source) {
    Map<String, String> metadata =
        Map.of("model", source.id().model().id(), "version", Long.toString(source.id().number()));
    try {
      Manifest manifest = manifests.read(source.directory());
      if (!new FileTree(source.directory()).entries().equals(manifest.files())) {
        throw new ServingException(
            ErrorReason.DIGEST_MISMATCH,
            "the files of " + source.id() + " are not those of its manifest; publish it anew",
            metadata);
      }
    } catch (IOException unreadable) {
      throw new ServingException(
              ErrorReason.LOAD_FAILED, "the files of " + source.id() + " cannot be read", metadata)
          .causedBy(unreadable);
    }
  }
}
