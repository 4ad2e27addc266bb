package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.evaluation.EvaluationIds;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.evaluation.PredictorEvaluator;
import dev.millrace.server.evaluation.VersionAccess;
import dev.millrace.server.evaluation.explain.Explainer;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.LeasingPredictor;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionChoice;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.EvaluationServiceV1;
import dev.millrace.server.protocol.v1.ExplainCalls;
import dev.millrace.server.rollout.Loans;
import dev.millrace.server.storage.FileEvaluationStore;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Where versions are measured: one evaluation at a time, on a thread of its own. */
final class EvaluationRoom implements AutoCloseable {
  private static final Evaluations.Limits LIMITS = new Evaluations.Limits(100, 200);
  private static final long PATIENCE_SECONDS = 10;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Threads.named("evaluation", Thread.MIN_PRIORITY));
  private final ModelCatalog catalog;
  private final Predictor uncached;
  private final Evaluations evaluations;

  /**
   * A room that goes on with what waits.
   *
   * @param batched answers requests, each by a run
   */
  EvaluationRoom(
      ServeOptions options,
      RegistryRoom room,
      ModelCatalog catalog,
      Loans loans,
      LeasedPredictor batched,
      InstantSource clock)
      throws IOException {
    this.catalog = catalog;
    uncached = new LeasingPredictor(catalog, batched);
    Datasets datasets = new Datasets(options.datasets());
    VersionAccess versions =
        new VersionsToEvaluate(room.registry(), catalog, loans, room.repository()::digest);
    evaluations =
        new Evaluations(
            new FileEvaluationStore(options.dataDirectory().resolve("evaluations")),
            new PredictorEvaluator(
                uncached,
                versions,
                datasets::read,
                time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()),
                System::nanoTime),
            versions,
            datasets::require,
            LIMITS,
            new EvaluationIds(new SecureRandom()),
            thread,
            clock);
  }

  Evaluations evaluations() {
    return evaluations;
  }

  ServerServiceDefinition service(StatusMapper statuses) {
    return new EvaluationServiceV1(evaluations, statuses).bindService();
  }

  /**
   * Explanations of answers.
   *
   * @param predictor answers callers
   */
  ExplainCalls explanations(Predictor predictor) {
    return new ExplainCalls(new Explainer(predictor, uncached, this::signatures));
  }

  private Map<String, Signature> signatures(VersionId id) {
    return catalog
        .statuses(new ModelReference(id.model(), new VersionChoice.Exact(id.number())))
        .get(0)
        .signatures();
  }

  /** Ends the evaluation that runs, and waits for it; to be called while requests are answered. */
  @Override
  public void close() {
    evaluations.close();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
