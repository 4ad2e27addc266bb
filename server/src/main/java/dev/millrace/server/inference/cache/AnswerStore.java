package dev.millrace.server.inference.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.millrace.server.catalog.Lease;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Kept answers on the heap. The loaded versions of a model share its one bound in bytes, as long as
 * they were loaded with the same settings. Thread-safe.
 */
public final class AnswerStore {
  private static final long WEIGHT_OF_ENTRY = 512;

  private final CacheObserver observer;
  private final LongSupplier nanoTime;
  private final Executor executor;
  private final Map<VersionId, Shelf> shelves = new ConcurrentHashMap<>();

  private record Shelf(CacheSettings settings, Cache<CacheKey, KeptAnswer> answers) {}

  /**
   * An empty store.
   *
   * @param nanoTime the clock that answers grow old by
   * @param executor looks through the answers of released versions
   */
  public AnswerStore(CacheObserver observer, LongSupplier nanoTime, Executor executor) {
    this.observer = observer;
    this.nanoTime = nanoTime;
    this.executor = executor;
  }

  Optional<KeptAnswer> find(Lease lease, CacheKey key) {
    return Optional.ofNullable(shelf(lease).answers().getIfPresent(key));
  }

  /** Keeps copies of the key and of the outputs, if they are not too large. */
  void keep(Lease lease, CacheKey key, Map<String, TensorData> outputs, long costNanos) {
    long weight = WEIGHT_OF_ENTRY + key.weight() + KeptTensors.weight(outputs);
    if (weight > Math.min(lease.settings().cache().maxBytes(), Integer.MAX_VALUE)) {
      return;
    }
    KeptAnswer answer = new KeptAnswer(KeptTensors.copy(outputs), costNanos, (int) weight);
    CacheKey kept = key.copied();
    observer.onBytes(key.version(), key.signature(), weight);
    shelf(lease).answers().put(kept, answer);
  }

  /** Lets go of a version that nobody leases any more. Does not block. */
  void forget(VersionId version) {
    Shelf shelf = shelves.remove(version);
    if (shelf != null) {
      executor.execute(
          () -> shelf.answers().asMap().keySet().removeIf(key -> key.version().equals(version)));
    }
  }

  private Shelf shelf(Lease lease) {
    Shelf known = shelves.get(lease.id());
    return known == null ? open(lease) : known;
  }

  private synchronized Shelf open(Lease lease) {
    Shelf ofModel =
        shelves.entrySet().stream()
            .filter(entry -> entry.getKey().model().equals(lease.id().model()))
            .map(Map.Entry::getValue)
            .filter(shelf -> shelf.settings().equals(lease.settings().cache()))
            .findAny()
            .orElseGet(() -> empty(lease.settings().cache()));
    return shelves.computeIfAbsent(lease.id(), version -> ofModel);
  }

  private Shelf empty(CacheSettings settings) {
    return new Shelf(
        settings,
        Caffeine.newBuilder()
            .maximumWeight(settings.maxBytes())
            .weigher((CacheKey key, KeptAnswer answer) -> answer.weight())
            .expireAfterWrite(settings.timeToLive())
            .ticker(nanoTime::getAsLong)
            // On the caller's thread, so that the bound holds after each write.
            .executor(Runnable::run)
            .removalListener(this::onRemoval)
            .build());
  }

  private void onRemoval(@Nullable CacheKey key, @Nullable KeptAnswer answer, RemovalCause cause) {
    CacheKey removed = Objects.requireNonNull(key);
    observer.onBytes(
        removed.version(), removed.signature(), -Objects.requireNonNull(answer).weight());
  }
}
