package dev.millrace.server.rollout;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.repository.FileEntry;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compares versions as they lie in the repository, loaded or not. Thread-safe. */
public final class VersionComparison {
  private final ModelRepository repository;
  private final ModelReader reader;

  /** A comparison over a repository. */
  public VersionComparison(ModelRepository repository, ModelReader reader) {
    this.repository = repository;
    this.reader = reader;
  }

  /**
   * How one version differs from another of the same model.
   *
   * @throws ServingException VERSION_NOT_FOUND; NAME_INVALID if they are of two models; LOAD_FAILED
   *     if one cannot be read
   */
  public VersionDiff compare(VersionId base, VersionId changed) {
    if (!base.model().equals(changed.model())) {
      throw new ServingException(
          ErrorReason.NAME_INVALID, "only versions of one model can be compared");
    }
    return VersionDiff.between(content(base), content(changed));
  }

  private VersionContent content(VersionId id) {
    try {
      StoredVersion stored =
          repository
              .find(id)
              .orElseThrow(
                  () ->
                      new ServingException(
                          ErrorReason.VERSION_NOT_FOUND,
                          "the repository has no " + id + "; ModelStatus names those it has",
                          identity(id)));
      SortedMap<String, Long> files = new TreeMap<>();
      for (FileEntry file : repository.files(id)) {
        files.put(file.path(), file.size());
      }
      return new VersionContent(reader.read(stored.directory()), stored.manifest(), files);
    } catch (IOException unreadable) {
      throw new ServingException(
              ErrorReason.LOAD_FAILED, "the files of " + id + " cannot be read", identity(id))
          .causedBy(unreadable);
    }
  }

  private static Map<String, String> identity(VersionId id) {
    return Map.of("model", id.model().id(), "version", Long.toString(id.number()));
  }
}
