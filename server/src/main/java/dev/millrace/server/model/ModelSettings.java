package dev.millrace.server.model;

/**
 * What an operator chooses for one model.
 *
 * @param execution how its runs share the cores
 * @param batching how its requests share runs
 * @param admission how many requests may wait
 * @param cache how answers are kept
 */
public record ModelSettings(
    ExecutionMode execution,
    BatchingSettings batching,
    AdmissionSettings admission,
    CacheSettings cache) {
  /** What holds when nobody says otherwise. */
  public static final ModelSettings DEFAULT =
      new ModelSettings(
          ExecutionMode.AUTO,
          BatchingSettings.DEFAULT,
          AdmissionSettings.DEFAULT,
          CacheSettings.OFF);
}
