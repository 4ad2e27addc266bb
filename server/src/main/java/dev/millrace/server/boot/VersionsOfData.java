package dev.millrace.server.boot;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.privacy.TrainedVersions;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import dev.millrace.server.rollout.ChangeOrder;
import dev.millrace.server.rollout.VersionLife;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** The versions in the repository, by the dataset that they come from. Thread-safe. */
record VersionsOfData(ModelRepository repository, VersionLife life, Lineage lineage)
    implements TrainedVersions {
  /** Tells whether a version comes from a dataset. */
  @FunctionalInterface
  interface Lineage {
    boolean comesFrom(VersionId id, String dataset, String digest);
  }

  @Override
  public List<VersionId> of(String dataset, String digest) {
    try {
      // The newest first: what was made from a version goes before it.
      return repository.scan().stream()
          .map(StoredVersion::id)
          .filter(id -> lineage.comesFrom(id, dataset, digest))
          .sorted(
              Comparator.comparing((VersionId id) -> id.model().id())
                  .thenComparing(Comparator.comparingLong(VersionId::number).reversed()))
          .toList();
    } catch (IOException unreadable) {
      throw new ServingException(
              ErrorReason.REPOSITORY_UNWRITABLE,
              "the model repository cannot be read, so nobody knows what was trained on the data")
          .causedBy(unreadable);
    }
  }

  @Override
  public void delete(VersionId id, String caller, String reason) {
    life.delete().delete(id, new ChangeOrder(caller, "", reason));
  }
}
