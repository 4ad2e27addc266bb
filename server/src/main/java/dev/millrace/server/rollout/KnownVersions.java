package dev.millrace.server.rollout;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.repository.ModelRepository;
import java.util.List;
import java.util.Map;

/** Refuses changes of what is not there, or is held. Thread-safe. */
final class KnownVersions {
  private final ModelCatalog catalog;
  private final ModelRepository repository;

  KnownVersions(ModelCatalog catalog, ModelRepository repository) {
    this.catalog = catalog;
    this.repository = repository;
  }

  /**
   * The version as it is now.
   *
   * @throws ServingException MODEL_NOT_FOUND or VERSION_NOT_FOUND
   */
  VersionStatus require(VersionId id) {
    return catalog
        .statuses(new ModelReference(id.model(), new VersionChoice.Exact(id.number())))
        .get(0);
  }

  /**
   * Passes for a model that has versions.
   *
   * @throws ServingException MODEL_NOT_FOUND
   */
  void require(ModelName model) {
    catalog.statuses(new ModelReference(model, new VersionChoice.Latest()));
  }

  /**
   * Passes while the version's files lie in the repository. To be asked within a change of the
   * registry, so that a delete has either ended or not begun.
   *
   * @throws ServingException VERSION_NOT_FOUND
   */
  void requireStored(VersionId id) {
    if (!repository.contains(id)) {
      throw new ServingException(
          ErrorReason.VERSION_NOT_FOUND,
          id + " is no longer in the repository; ModelStatus names those that are",
          metadata(id));
    }
  }

  /**
   * Passes for a version that nothing needs.
   *
   * @throws ServingException VERSION_IN_USE, with what holds it
   */
  static void requireFree(VersionId id, ModelRecord record) {
    List<String> holders = record.holders(id.number());
    if (!holders.isEmpty()) {
      String held = String.join(", ", holders);
      throw new ServingException(
          ErrorReason.VERSION_IN_USE,
          id + " is held by " + held + "; take that away first",
          Map.of(
              "model", id.model().id(),
              "version", Long.toString(id.number()),
              "held_by", held));
    }
  }

  static Map<String, String> metadata(VersionId id) {
    return Map.of("model", id.model().id(), "version", Long.toString(id.number()));
  }
}
