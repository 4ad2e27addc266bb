package dev.millrace.server.boot;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.LeasingPredictor;
import dev.millrace.server.inference.ObservedPredictor;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.inference.VersionRouter;
import dev.millrace.server.inference.shadow.CopyBudget;
import dev.millrace.server.inference.shadow.CopyRunner;
import dev.millrace.server.inference.shadow.ShadowTraffic;
import dev.millrace.server.inference.shadow.ShadowedPredictor;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.protocol.v1.TrafficCalls;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.rollout.BakeWatch;
import dev.millrace.server.rollout.TrafficControl;
import dev.millrace.server.telemetry.ShadowMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;

/**
 * Who answers: the parts that choose versions by the registry, copy requests to shadows, and watch
 * over new champions.
 */
final class TrafficRoom implements AutoCloseable {
  /** Time between two looks at a new champion. */
  static final Duration INTERVAL = Duration.ofSeconds(5);

  private static final int MOST_COPIES = 256;
  private static final long MOST_COPIED_BYTES = 64L << 20;

  private final ModelCatalog catalog;
  private final Duration interval;
  private final ExecutorService copies =
      Executors.newSingleThreadExecutor(Threads.named("shadow", Thread.MIN_PRIORITY));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.named("watch"));
  private final BakeWatch watch;
  private final ShadowTraffic shadows;
  private final TrafficControl control;
  private final Predictor predictor;

  /**
   * Parts that hear of the registry and the catalog from now on.
   *
   * @param cached answers callers
   * @param uncached answers copies, which must not fill the cache
   * @param recorded stands before whoever answers callers
   * @param interval time between two looks at a new champion
   */
  TrafficRoom(
      Registry registry,
      ModelCatalog catalog,
      ModelRepository repository,
      LeasedPredictor cached,
      LeasedPredictor uncached,
      UnaryOperator<Predictor> recorded,
      InferenceObserver observer,
      MeterRegistry meters,
      InstantSource clock,
      Duration interval) {
    this.catalog = catalog;
    this.interval = interval;
    DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    watch = new BakeWatch(catalog, registry, clock, interval);
    ShadowMeters shadowMeters = new ShadowMeters(meters);
    shadows =
        new ShadowTraffic(
            new CopyRunner(
                new LeasingPredictor(catalog, uncached),
                new CopyBudget(MOST_COPIES, MOST_COPIED_BYTES),
                copies,
                clock,
                System::nanoTime),
            catalog::settings,
            List.of(watch, shadowMeters),
            random);
    control = new TrafficControl(registry, this::versions, repository::contains);
    predictor =
        recorded.apply(
            new ObservedPredictor(
                new ShadowedPredictor(
                    new LeasingPredictor(new VersionRouter(registry, catalog, random), cached),
                    shadows,
                    System::nanoTime),
                observer.and(watch),
                System::nanoTime));
    catalog.subscribe(watch);
    catalog.subscribe(shadowMeters);
    // The trial is there before the first copy is compared.
    registry.onChange(watch::onChange);
    registry.onChange(shadows::onChange);
    registry.all().forEach(watch::onChange);
    registry.all().forEach(shadows::onChange);
  }

  /** Begins to judge new champions. */
  void start() {
    timer.scheduleAtFixedRate(
        watch::tick, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  Predictor predictor() {
    return predictor;
  }

  ShadowTraffic shadows() {
    return shadows;
  }

  TrafficCalls calls() {
    return new TrafficCalls(control, shadows);
  }

  private Set<Long> versions(ModelName model) {
    Set<Long> numbers = new TreeSet<>();
    catalog
        .statuses(model)
        .ifPresent(known -> known.forEach(status -> numbers.add(status.id().number())));
    return numbers;
  }

  /** To be called once no request is under way. */
  @Override
  public void close() {
    timer.shutdownNow();
    copies.shutdownNow();
  }
}
