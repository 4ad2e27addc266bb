package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.DatasetServiceV1;
import dev.millrace.server.protocol.v1.RecipeServiceV1;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.StoredVersion;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.tensorflow.worker.ChildProcessTrainer;
import dev.millrace.server.tensorflow.worker.WorkerCommand;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.TrainingRules;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;

/** What can be learned from, and how: datasets, recipes, and the process that trains. */
final class LearningRoom {
  private static final int MOST_WAITING_JOBS = 100;

  private final ServeOptions options;
  private final ModelRepository repository;
  private final Datasets datasets;
  private final DatasetUploads uploads;
  private final Recipes recipes = Recipes.onClassPath();

  LearningRoom(ServeOptions options, ModelRepository repository) {
    this.options = options;
    this.repository = repository;
    datasets = new Datasets(options.datasets());
    uploads =
        new DatasetUploads(
            options.datasets(), options.maxImportBytes(), () -> UUID.randomUUID().toString());
  }

  Trainer trainer() {
    return new ChildProcessTrainer(
        new WorkerCommand(options.trainingHeap()),
        options.datasets(),
        id -> repository.find(id).map(StoredVersion::directory),
        Threads.named("trainer"));
  }

  TrainingRules rules() {
    return new TrainingRules(
        recipes.descriptions(),
        datasets::contains,
        repository::contains,
        options.maxTrainingJobs(),
        MOST_WAITING_JOBS);
  }

  /**
   * The wires of datasets and recipes.
   *
   * @param finishing checks uploads that are whole
   */
  List<ServerServiceDefinition> services(StatusMapper statuses, Executor finishing) {
    return List.of(
        new DatasetServiceV1(datasets, uploads, statuses, finishing).bindService(),
        new RecipeServiceV1(recipes.descriptions().values(), statuses).bindService());
  }
}
