package dev.millrace.server.model;

import java.time.Duration;

/**
 * What an operator chooses for one model.
 *
 * @param execution how its runs share the cores
 * @param batching how its requests share runs
 * @param admission how many requests may wait
 * @param cache how answers are kept
 * @param shadow what is kept of a shadow's answers
 * @param bakeLimits when a new champion is rolled back
 * @param versions which versions are loaded
 * @param bake how long a new champion is watched and the former one stays loaded
 * @param requireSignature whether versions without a trusted signature are refused
 * @param requestLog what is recorded of requests and answers
 */
public record ModelSettings(
    ExecutionMode execution,
    BatchingSettings batching,
    AdmissionSettings admission,
    CacheSettings cache,
    ShadowSettings shadow,
    BakeLimits bakeLimits,
    VersionSettings versions,
    Duration bake,
    boolean requireSignature,
    RequestLogSettings requestLog) {
  /** How long a new champion is watched when nobody says otherwise. */
  public static final Duration DEFAULT_BAKE = Duration.ofMinutes(10);

  /** What holds when nobody says otherwise. */
  public static final ModelSettings DEFAULT =
      new ModelSettings(
          ExecutionMode.AUTO,
          BatchingSettings.DEFAULT,
          AdmissionSettings.DEFAULT,
          CacheSettings.OFF);

  /** Settings with the defaults for all that comes after the cache. */
  public ModelSettings(
      ExecutionMode execution,
      BatchingSettings batching,
      AdmissionSettings admission,
      CacheSettings cache) {
    this(
        execution,
        batching,
        admission,
        cache,
        ShadowSettings.DEFAULT,
        BakeLimits.DEFAULT,
        VersionSettings.DEFAULT,
        DEFAULT_BAKE,
        false,
        RequestLogSettings.OFF);
  }

  /** Settings whose versions need no signature, and that record nothing. */
  public ModelSettings(
      ExecutionMode execution,
      BatchingSettings batching,
      AdmissionSettings admission,
      CacheSettings cache,
      ShadowSettings shadow,
      BakeLimits bakeLimits,
      VersionSettings versions,
      Duration bake) {
    this(
        execution,
        batching,
        admission,
        cache,
        shadow,
        bakeLimits,
        versions,
        bake,
        false,
        RequestLogSettings.OFF);
  }

  /** The same, which take signed versions alone if that is wanted. */
  public ModelSettings requiringSignature(boolean wanted) {
    return new ModelSettings(
        execution,
        batching,
        admission,
        cache,
        shadow,
        bakeLimits,
        versions,
        bake,
        wanted || requireSignature,
        requestLog);
  }
}
