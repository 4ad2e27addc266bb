package dev.millrace.server.inference.shadow;

import dev.millrace.server.model.VersionId;
import java.time.Duration;

/** Hears what comes of copies. Thread-safe; must not block. */
public interface ShadowObserver {
  /**
   * Two answers were compared.
   *
   * @param primary the version whose answer the caller got
   * @param primaryTime how long the caller's answer took
   * @param shadow the version that got the copy
   * @param shadowTime how long its answer took
   */
  void onCompared(
      VersionId primary,
      Duration primaryTime,
      VersionId shadow,
      Duration shadowTime,
      Comparison comparison);

  /** The version that got the copy failed to answer it. */
  void onFailed(VersionId shadow);

  /** A copy was given up because the server was busy, or the version was not available. */
  void onDropped(VersionId shadow);

  /** The version gets no more copies; its figures are gone. Called last. */
  void onEnded(VersionId shadow);
}
