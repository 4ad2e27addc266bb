package dev.millrace.server.privacy;

import dev.millrace.server.model.VersionId;
import java.util.List;

/** The versions of all models, as far as they come from datasets. Thread-safe. */
public interface TrainedVersions {
  /**
   * Versions that were trained on a dataset, or made from one that was, in the order in which they
   * may be deleted.
   *
   * @param dataset its name
   * @param digest of its content; empty where it is not known
   */
  List<VersionId> of(String dataset, String digest);

  /**
   * Deletes a version.
   *
   * @throws dev.millrace.server.model.ServingException if something holds it
   */
  void delete(VersionId id, String caller, String reason);
}
