package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.privacy.DatasetDeletions;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.DatasetServiceV1;
import dev.millrace.server.protocol.v1.RecipeServiceV1;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.training.RecipeDescription;
import io.grpc.ServerServiceDefinition;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

/** What can be learned from, and how: datasets, recipes, and versions to go on from. */
final class LearningRoom {
  private final ModelRepository repository;
  private final Datasets datasets;
  private final Declarations declarations;
  private final DatasetUploads uploads;
  private final Map<String, RecipeDescription> recipes = Recipes.onClassPath().descriptions();

  LearningRoom(ServeOptions options, ModelRepository repository, InstantSource clock) {
    this.repository = repository;
    declarations = new Declarations(options.datasets());
    datasets = new Datasets(options.datasets());
    uploads =
        new DatasetUploads(
            options.datasets(),
            options.maxImportBytes(),
            () -> UUID.randomUUID().toString(),
            clock);
  }

  Datasets datasets() {
    return datasets;
  }

  DatasetUploads uploads() {
    return uploads;
  }

  /** The recipes there are, by name. */
  Map<String, RecipeDescription> recipes() {
    return recipes;
  }

  /** The folder of a version that a run may go on from. */
  Optional<Path> folder(VersionId id) {
    return repository.find(id).map(StoredVersion::directory);
  }

  /**
   * The wires of datasets and recipes.
   *
   * @param finishing checks uploads that are whole, and deletes datasets
   */
  List<ServerServiceDefinition> services(
      StatusMapper statuses, Executor finishing, DatasetDeletions deletions) {
    return List.of(
        new DatasetServiceV1(datasets, declarations, uploads, deletions, statuses, finishing)
            .bindService(),
        new RecipeServiceV1(recipes.values(), statuses).bindService());
  }
}
