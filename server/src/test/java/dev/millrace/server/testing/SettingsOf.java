package dev.millrace.server.testing;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelSettings;
import java.time.Duration;
import java.util.List;

/** Settings that differ from the default in one respect. */
public final class SettingsOf {
  private static final BatchingSettings DEFAULT = BatchingSettings.DEFAULT;

  private SettingsOf() {}

  public static ModelSettings batching(int maxSize, List<Integer> allowedSizes) {
    return of(
        ExecutionMode.AUTO,
        new BatchingSettings(true, maxSize, allowedSizes, Duration.ZERO, DEFAULT.latencyTarget()));
  }

  public static ModelSettings noBatching() {
    return of(
        ExecutionMode.AUTO,
        new BatchingSettings(false, 0, List.of(), Duration.ZERO, DEFAULT.latencyTarget()));
  }

  public static ModelSettings execution(ExecutionMode mode) {
    return of(mode, DEFAULT);
  }

  private static ModelSettings of(ExecutionMode mode, BatchingSettings batching) {
    return new ModelSettings(mode, batching, AdmissionSettings.DEFAULT, CacheSettings.OFF);
  }
}
