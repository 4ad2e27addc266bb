package dev.millrace.server.usage;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What is left to one caller of one kind: a token bucket that may fall into debt, since what a run
 * takes is known when it is over. Thread-safe, without locks.
 */
final class Allowance {
  private final QuotaKind kind;
  private final Limit limit;
  private final Bucket bucket;

  /** A full one. */
  Allowance(QuotaKind kind, Limit limit, LongSupplier nanoTime) {
    this(
        kind,
        limit,
        Bucket.builder()
            .addLimit(bandwidth(kind, limit))
            .withCustomTimePrecision(new Meter(nanoTime))
            .build());
  }

  private Allowance(QuotaKind kind, Limit limit, Bucket bucket) {
    this.kind = kind;
    this.limit = limit;
    this.bucket = bucket;
  }

  /** The same under another limit, with what is left of it, or owed. */
  Allowance under(Limit other) {
    if (other.equals(limit)) {
      return this;
    }
    bucket.replaceConfiguration(
        BucketConfiguration.builder().addLimit(bandwidth(kind, other)).build(),
        TokensInheritanceStrategy.AS_IS);
    return new Allowance(kind, other, bucket);
  }

  Limit limit() {
    return limit;
  }

  /** Time until something is left; zero when something is. */
  Duration delay(long parts) {
    return Duration.ofNanos(bucket.estimateAbilityToConsume(parts).getNanosToWaitForRefill());
  }

  /** Takes so many units, or says how long they are not there. */
  Duration take(long units) {
    return Duration.ofNanos(
        bucket.tryConsumeAndReturnRemaining(units * kind.parts()).getNanosToWaitForRefill());
  }

  /** Takes what was used, into debt if need be. */
  void charge(long parts) {
    if (parts > 0) {
      bucket.consumeIgnoringRateLimits(parts);
    }
  }

  /** True when it would be the same were it made anew. */
  boolean isFull() {
    return bucket.getAvailableTokens() >= limit.burst() * kind.parts();
  }

  private static Bandwidth bandwidth(QuotaKind kind, Limit limit) {
    return Bandwidth.builder()
        .capacity(limit.burst() * kind.parts())
        .refillGreedy(limit.amount() * kind.parts(), limit.period())
        .build();
  }

  private record Meter(LongSupplier nanoTime) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return nanoTime.getAsLong();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
