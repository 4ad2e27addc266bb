package dev.millrace.server.inference.cache;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.LeasedPredictor;
import dev.millrace.server.inference.LeasedRequest;
import dev.millrace.server.inference.UsageObserver;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Gives kept answers again, for models whose operator has switched the cache on. Only answers are
 * kept, never errors; only of signatures that the warm-up saw answer equal requests alike; and only
 * while it pays ({@link CacheWorth}). A caller is given no other caller's answer unless the
 * settings say so. Thread-safe.
 */
public final class CachedPredictor implements LeasedPredictor, CatalogListener {
  private final LeasedPredictor delegate;
  private final AnswerStore store;
  private final SingleFlight flights;
  private final ToLongFunction<LeasedRequest> costNanos;
  private final CacheObserver observer;
  private final UsageObserver usage;
  private final LongSupplier nanoTime;
  private final Map<VersionId, Map<String, CacheWorth>> worths = new ConcurrentHashMap<>();

  /**
   * A cache before a predictor.
   *
   * @param delegate answers what goes past the cache
   * @param flights answers the rest; over the same predictor
   * @param costNanos estimate of the worker's time that a request takes
   */
  public CachedPredictor(
      LeasedPredictor delegate,
      AnswerStore store,
      SingleFlight flights,
      ToLongFunction<LeasedRequest> costNanos,
      CacheObserver observer,
      UsageObserver usage,
      LongSupplier nanoTime) {
    this.delegate = delegate;
    this.store = store;
    this.flights = flights;
    this.costNanos = costNanos;
    this.observer = observer;
    this.usage = usage;
    this.nanoTime = nanoTime;
  }

  @Override
  public CompletionStage<InferenceResponse> predict(LeasedRequest leased) {
    Lease lease = leased.lease();
    if (!lease.settings().cache().enabled()) {
      return delegate.predict(leased);
    }
    String signature = leased.request().signature();
    CacheWorth worth =
        worths
            .computeIfAbsent(lease.id(), version -> new ConcurrentHashMap<>())
            .computeIfAbsent(signature, name -> new CacheWorth());
    long bytes = KeptTensors.weight(leased.request().inputs());
    Optional<CacheOutcome> obstacle = obstacle(leased, bytes, worth);
    if (obstacle.isPresent()) {
      observer.onRequest(lease.id(), signature, obstacle.get());
      return delegate.predict(leased);
    }
    long start = nanoTime.getAsLong();
    CacheKey key = CacheKey.of(leased, lease.settings().cache().acrossCallers());
    Lookup lookup = new Lookup(key, leased, bytes, worth);
    Optional<InferenceResponse> kept = lookup.kept();
    long taken = nanoTime.getAsLong() - start;
    worth.lookedUp(bytes, taken);
    observer.onLookUp(lease.id(), signature, kept.isPresent(), taken);
    return kept.isPresent()
        ? CompletableFuture.completedFuture(kept.get())
        : flights.predict(key, leased, lookup);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      worths.remove(status.id());
      store.forget(status.id());
    }
  }

  private static Optional<CacheOutcome> obstacle(
      LeasedRequest leased, long bytes, CacheWorth worth) {
    InferenceRequest request = leased.request();
    CacheSettings settings = leased.lease().settings().cache();
    if (!leased.lease().repeats(request.signature())) {
      return Optional.of(CacheOutcome.CHANGING);
    }
    if (!settings.acrossCallers() && request.caller().equals(Caller.UNKNOWN)) {
      return Optional.of(CacheOutcome.ANONYMOUS);
    }
    if (bytes > settings.maxBytes()) {
      return Optional.of(CacheOutcome.OVERSIZED);
    }
    return worth.isTried() ? Optional.empty() : Optional.of(CacheOutcome.UNPROFITABLE);
  }

  /** One request's way through the cache. */
  private final class Lookup implements SingleFlight.Owner {
    private final CacheKey key;
    private final LeasedRequest leased;
    private final long bytes;
    private final CacheWorth worth;

    Lookup(CacheKey key, LeasedRequest leased, long bytes, CacheWorth worth) {
      this.key = key;
      this.leased = leased;
      this.bytes = bytes;
      this.worth = worth;
    }

    @Override
    public Optional<InferenceResponse> kept() {
      Optional<KeptAnswer> kept = store.find(leased.lease(), key);
      kept.ifPresent(
          answer -> {
            heard(CacheOutcome.HIT);
            saved(leased, List.of(leased), answer.costNanos());
          });
      return kept.map(
          answer -> new InferenceResponse(key.version(), key.signature(), answer.outputs()));
    }

    @Override
    public void onJoined() {
      heard(CacheOutcome.JOINED);
    }

    @Override
    public void onRun() {
      heard(CacheOutcome.MISS);
    }

    @Override
    public void onAnswer(LeasedRequest leader, InferenceResponse response) {
      long start = nanoTime.getAsLong();
      store.keep(leader.lease(), key, response.outputs(), costNanos.applyAsLong(leader));
      worth.spent(bytes, nanoTime.getAsLong() - start);
    }

    @Override
    public void onShared(LeasedRequest leader, List<LeasedRequest> others) {
      saved(leader, others, costNanos.applyAsLong(leader));
    }

    private void heard(CacheOutcome outcome) {
      observer.onRequest(key.version(), key.signature(), outcome);
    }

    private void saved(LeasedRequest run, List<LeasedRequest> spared, long nanosOfEach) {
      long nanos = spared.size() * nanosOfEach;
      worth.saved(nanos);
      observer.onSaved(run.lease().id(), key.signature(), nanos);
      spared.forEach(one -> usage.onSaved(one.request().caller(), run.lease().id(), nanosOfEach));
    }
  }
}
