package dev.millrace.server.repository;

import dev.millrace.server.catalog.VariablesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells a version that is all there from one that is still being copied. */
final class Completeness {
  private Completeness() {}

  /**
   * With a manifest: every file is there in its full size. Without one: there is a SavedModel, and
   * variables have their index; TensorFlow would load a model without the index in silence, with no
   * values in it.
   */
  static boolean of(Path directory, Optional<Manifest> manifest) throws IOException {
    if (manifest.isPresent()) {
      for (FileEntry entry : manifest.get().files()) {
        Path file = directory.resolve(entry.path()).normalize();
        if (!file.startsWith(directory)
            || !Files.isRegularFile(file)
            || Files.size(file) != entry.size()) {
          return false;
        }
      }
      return true;
    }
    if (Files.exists(directory.resolve(Manifest.FILE_NAME))
        || !Files.isRegularFile(directory.resolve("saved_model.pb"))) {
      return false;
    }
    return VariablesFolder.isWhole(directory);
  }
}
