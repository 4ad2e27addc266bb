package dev.millrace.server.boot;

import dev.millrace.server.boot.config.ServeOptions;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.inference.BatchRun;
import dev.millrace.server.inference.BatchedPredictor;
import dev.millrace.server.inference.Lanes;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.PredictWork;
import dev.millrace.server.inference.cache.AnswerStore;
import dev.millrace.server.inference.cache.BothCacheObservers;
import dev.millrace.server.inference.cache.CachedPredictor;
import dev.millrace.server.inference.cache.SingleFlight;
import dev.millrace.server.inference.statistics.ModelStatistics;
import dev.millrace.server.scheduling.BatchQueue;
import dev.millrace.server.scheduling.BatchWorkers;
import dev.millrace.server.scheduling.BothQueueObservers;
import dev.millrace.server.scheduling.QueueObserver;
import dev.millrace.server.telemetry.CacheMeters;
import dev.millrace.server.telemetry.RunMeters;
import dev.millrace.server.usage.UsageMeter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/** Where predictions are answered: the queue, its workers, and the cache before them. */
final class PredictionRoom implements AutoCloseable {
  private final RunMeters runMeters;
  private final CacheMeters cacheMeters;
  private final Lanes lanes = new Lanes();
  private final BatchWorkers<PredictWork> workers;
  private final LeasedPredictor batched;
  private final CachedPredictor cached;

  /**
   * A room whose workers wait for requests.
   *
   * @param calls threads that answer callers
   */
  PredictionRoom(
      ServeOptions options,
      ModelStatistics statistics,
      UsageMeter usage,
      MeterRegistry meters,
      ExecutorService calls,
      Deadlines deadlines,
      InstantSource clock) {
    runMeters = new RunMeters(meters);
    cacheMeters = new CacheMeters(meters);
    QueueObserver observer = new BothQueueObservers(runMeters, statistics);
    BatchQueue<PredictWork> queue =
        new BatchQueue<>(
            options.workers(), options.maxInputBytes(), observer, clock, System::nanoTime);
    workers =
        BatchWorkers.start(
            options.workers(),
            Threads.named("worker"),
            queue,
            new BatchRun(observer, usage, clock, System::nanoTime),
            observer,
            System::nanoTime);
    batched = new BatchedPredictor(queue, lanes);
    cached =
        new CachedPredictor(
            batched,
            new AnswerStore(cacheMeters, System::nanoTime, calls),
            new SingleFlight(batched, calls, deadlines, clock, options.maxInputBytes()),
            lanes::costNanos,
            new BothCacheObservers(cacheMeters, statistics),
            usage,
            System::nanoTime);
    meters.gauge("millrace.queue.length", queue, BatchQueue::length);
    meters.gauge("millrace.queue.bytes", queue, BatchQueue::bytes);
  }

  /** Answers by a run, together with other requests of the same kind. */
  LeasedPredictor batched() {
    return batched;
  }

  /** Answers from the cache where a model has one, and by a run otherwise. */
  LeasedPredictor cached() {
    return cached;
  }

  /** Lets go of what was kept about versions as they leave. */
  void subscribeTo(ModelCatalog catalog) {
    catalog.subscribe(lanes);
    catalog.subscribe(runMeters);
    catalog.subscribe(cached);
    catalog.subscribe(cacheMeters);
  }

  /** Answers what waits, and ends the workers. */
  @Override
  public void close() {
    workers.close();
  }
}
