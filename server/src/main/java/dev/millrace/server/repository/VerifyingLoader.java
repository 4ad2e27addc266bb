package dev.millrace.server.repository;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableLoader;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/** Compares every file of a version with its manifest before it is loaded. Thread-safe. */
public final class VerifyingLoader implements ServableLoader {
  private final ServableLoader delegate;
  private final ManifestFormat manifests = new ManifestFormat();

  /** Checks, then lets the delegate load. */
  public VerifyingLoader(ServableLoader delegate) {
    this.delegate = delegate;
  }

  @Override
  public Servable load(ServableSource source) {
    if (Files.isRegularFile(source.directory().resolve(Manifest.FILE_NAME))) {
      verify(source);
    }
    return delegate.load(source);
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
