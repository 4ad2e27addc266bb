package dev.millrace.server.inference;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.BatchPlan;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.BatchRule;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.RunTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the lane of a request, and keeps the running estimates of each version's signatures until
 * the version is released. Thread-safe.
 */
public final class Lanes implements CatalogListener {
  private final Map<VersionId, Map<String, RunTime>> runTimes = new ConcurrentHashMap<>();

  Lane of(LeasedRequest leased, BatchPlan plan, boolean together) {
    Lease lease = leased.lease();
    String signature = leased.request().signature();
    boolean exclusive = lease.execution() == ExecutionMode.ALL_CORES;
    BatchingSettings batching = lease.settings().batching();
    return new Lane(
        new Lane.Key(
            lease.id(),
            signature,
            leased.outputs(),
            together ? Rows.rowShapes(leased.request().inputs()) : List.of()),
        together
            ? new BatchRule(plan.bestSize(), batching.maxDelay(), exclusive)
            : BatchRule.alone(exclusive),
        lease.settings().admission(),
        runTime(lease.id(), signature, plan));
  }

  /** Time of a worker that a request takes in full runs, as estimated; 0 while nothing is known. */
  public long costNanos(LeasedRequest leased) {
    BatchPlan plan = leased.lease().batchPlan(leased.request().signature());
    RunTime runTime = runTime(leased.lease().id(), leased.request().signature(), plan);
    int rows = plan.batchable() ? Rows.common(leased.request().inputs()) : Rows.UNEQUAL;
    return rows > 0
        ? Math.round(runTime.nanos(plan.bestSize()) * ((double) rows / plan.bestSize()))
        : runTime.nanos(1);
  }

  @Override
  public void onChange(VersionStatus status) {
    if (status.state() == VersionState.RELEASED) {
      runTimes.remove(status.id());
    }
  }

  private RunTime runTime(VersionId version, String signature, BatchPlan plan) {
    return runTimes
        .computeIfAbsent(version, id -> new ConcurrentHashMap<>())
        .computeIfAbsent(signature, name -> new RunTime(plan.tried()));
  }
}
