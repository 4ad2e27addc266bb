package dev.millrace.server.boot;

import dev.millrace.server.feedback.Retraining;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.server.training.TrainingOrder;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Trainings that rules start: as the version was trained, and told in the history. Thread-safe. */
final class RuleJobs implements Retraining.Jobs {
  private static final int EVENTS = 200;

  private final Registry registry;
  private final ModelRepository repository;
  private final Supplier<TrainingJobs> jobs;

  RuleJobs(Registry registry, ModelRepository repository, Supplier<TrainingJobs> jobs) {
    this.registry = registry;
    this.repository = repository;
    this.jobs = jobs;
  }

  @Override
  public boolean answers(VersionId id) {
    OptionalLong champion = registry.get(id.model()).champion();
    return champion.isEmpty() || champion.getAsLong() == id.number();
  }

  @Override
  public Optional<Instant> last(ModelName model) {
    return registry.history(model, Long.MAX_VALUE, EVENTS).stream()
        .filter(event -> event.action() == HistoryAction.RETRAINED)
        .map(HistoryEvent::time)
        .findFirst();
  }

  @Override
  public boolean isUnderWay(ModelName model) {
    return jobs.get().list().stream()
        .anyMatch(job -> job.record().spec().model().equals(model) && !job.state().isFinal());
  }

  @Override
  public void start(VersionId id, String reason) {
    Manifest manifest =
        repository
            .manifest(id)
            .filter(known -> !known.trainingJob().isEmpty())
            .orElseThrow(
                () -> new IllegalStateException(id + " was not trained here; nobody knows how"));
    TrainingJob job =
        jobs.get()
            .create(
                new TrainingOrder(
                    Optional.of(id.model()),
                    manifest.recipe(),
                    manifest.parameters(),
                    OptionalLong.of(manifest.seed()),
                    manifest.dataset()),
                "");
    registry.enact(
        id.model(),
        "",
        record -> record,
        before ->
            HistoryEvent.of(
                id.model(),
                HistoryEvent.BY_ITSELF,
                HistoryAction.RETRAINED,
                0,
                id.number(),
                reason,
                Map.of("training_job", job.record().id())));
  }
}
