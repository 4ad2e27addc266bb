package dev.millrace.client.cli;

import com.google.protobuf.Duration;
import dev.millrace.v1.BatchMeasurement;
import dev.millrace.v1.BatchPlan;
import dev.millrace.v1.ExecutionMode;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.VersionState;
import dev.millrace.v1.WarmUpReport;

/** A model with one version that was warmed up, and one that failed at it. */
final class WarmModel {
  static final Model MESSAGE =
      Model.newBuilder()
          .setName("models/warm")
          .addVersions(
              ModelVersion.newBuilder()
                  .setName("models/warm/versions/3")
                  .setVersion(3)
                  .setState(VersionState.VERSION_STATE_AVAILABLE)
                  .setWarmUp(report()))
          .addVersions(
              ModelVersion.newBuilder()
                  .setName("models/warm/versions/2")
                  .setVersion(2)
                  .setState(VersionState.VERSION_STATE_FAILED)
                  .setReason("WARM_UP_FAILED")
                  .setMessage("it was no good"))
          .build();

  private WarmModel() {}

  private static WarmUpReport report() {
    return WarmUpReport.newBuilder()
        .setRequests(57)
        .setRecords(12)
        .setLoadDuration(micros(410_000))
        .setFirstRequest(micros(92_100))
        .setLastRequest(micros(900))
        .addSkipped("other: input 'x' has no known rank")
        .setExecution(ExecutionMode.EXECUTION_MODE_PER_CORE)
        .putBatching(
            "serving_default",
            BatchPlan.newBuilder()
                .setBatchable(true)
                .setBestSize(32)
                .setExplanation("32 rows run in 12.0 ms")
                .addTried(tried(1, 1000, 1000))
                .addTried(tried(32, 12_000, 2667))
                .build())
        .putBatching(
            "other", BatchPlan.newBuilder().setBestSize(1).setExplanation("not measured").build())
        .build();
  }

  private static BatchMeasurement tried(int rows, int latencyMicros, double rate) {
    return BatchMeasurement.newBuilder()
        .setRows(rows)
        .setLatency(micros(latencyMicros))
        .setRowsPerSecond(rate)
        .build();
  }

  private static Duration micros(int micros) {
    return Duration.newBuilder().setNanos(1000 * micros).build();
  }
}
