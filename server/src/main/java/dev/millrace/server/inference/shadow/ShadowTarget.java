package dev.millrace.server.inference.shadow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.model.VersionId;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongPredicate;

/** A version that gets copies, and what has come of them. Thread-safe. */
final class ShadowTarget {
  private final VersionId version;
  private final LongPredicate sources;
  private final DoubleSupplier share;
  private final List<ShadowObserver> observers;

  @GuardedBy("this")
  private final ShadowFigures figures = new ShadowFigures();

  private volatile boolean ended;

  /**
   * A target.
   *
   * @param sources versions whose answers are compared with its own
   * @param share of the requests that they answer, 0 to 1
   */
  ShadowTarget(
      VersionId version,
      LongPredicate sources,
      DoubleSupplier share,
      List<ShadowObserver> observers) {
    this.version = version;
    this.sources = sources;
    this.share = share;
    this.observers = observers;
  }

  VersionId version() {
    return version;
  }

  /** Whether a request that this version answered is to be copied. */
  boolean wants(long primary, DoubleSupplier random) {
    return sources.test(primary) && random.getAsDouble() < share.getAsDouble();
  }

  boolean isEnded() {
    return ended;
  }

  synchronized ShadowReport report() {
    return figures.report(version.number());
  }

  synchronized void compared(
      VersionId primary, Duration primaryTime, Duration shadowTime, Comparison comparison) {
    if (!ended) {
      figures.compared(comparison, primaryTime, shadowTime);
      observers.forEach(
          observer -> observer.onCompared(primary, primaryTime, version, shadowTime, comparison));
    }
  }

  synchronized void failed() {
    if (!ended) {
      figures.failed();
      observers.forEach(observer -> observer.onFailed(version));
    }
  }

  synchronized void dropped() {
    if (!ended) {
      figures.dropped();
      observers.forEach(observer -> observer.onDropped(version));
    }
  }

  /** Nothing is heard of it any more after this. */
  synchronized void end() {
    ended = true;
    observers.forEach(observer -> observer.onEnded(version));
  }
}
