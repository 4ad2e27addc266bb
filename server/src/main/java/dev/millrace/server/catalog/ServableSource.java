package dev.millrace.server.catalog;

import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import java.nio.file.Path;

/**
 * Where a version is to be loaded from.
 *
 * @param id the version
 * @param directory its SavedModel
 * @param digest changes whenever the content does
 * @param settings what the operator chose for the model
 * @param bytes size of its files; 0 when not known
 */
public record ServableSource(
    VersionId id, Path directory, String digest, ModelSettings settings, long bytes) {
  /** A source of unknown size. */
  public ServableSource(VersionId id, Path directory, String digest, ModelSettings settings) {
    this(id, directory, digest, settings, 0);
  }
}
