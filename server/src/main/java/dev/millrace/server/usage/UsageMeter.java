package dev.millrace.server.usage;

import dev.millrace.server.inference.UsageObserver;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.JobListener;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJobState;
import java.time.InstantSource;

/** Counts what callers use, and takes it off what they may. Thread-safe, and never blocks. */
public final class UsageMeter implements UsageObserver, JobListener {
  private final UsageLedger ledger;
  private final Quotas quotas;
  private final Budgets budgets;
  private final InstantSource clock;
  private final TrainingTimes times = new TrainingTimes();

  /** A meter. */
  public UsageMeter(UsageLedger ledger, Quotas quotas, Budgets budgets, InstantSource clock) {
    this.ledger = ledger;
    this.quotas = quotas;
    this.budgets = budgets;
    this.clock = clock;
  }

  @Override
  public void onAnswered(
      Caller caller, VersionId version, int examples, long bytesIn, long bytesOut) {
    add(caller, version, Amounts.ofAnswer(examples, bytesIn, bytesOut));
  }

  @Override
  public void onComputed(Caller caller, VersionId version, long nanos) {
    quotas.chargeCompute(caller, nanos);
    add(caller, version, Amounts.ofCompute(nanos));
  }

  @Override
  public void onSaved(Caller caller, VersionId version, long nanos) {
    add(caller, version, Amounts.ofSavings(nanos));
  }

  @Override
  public void onEvent(JobRecord job, TrainingEvent event) {
    long nanos = count(job, event);
    quotas.chargeTraining(new Caller(job.caller()), nanos);
  }

  @Override
  public void onRestored(JobRecord job, TrainingEvent event) {
    count(job, event);
  }

  private long count(JobRecord job, TrainingEvent event) {
    long nanos = times.until(job.id(), event).toNanos();
    if (nanos > 0) {
      long hour = UsageKey.hourOf(event.time());
      Amounts used = Amounts.ofTraining(nanos);
      String model = job.spec().model().id();
      if (ledger.addTraining(job.caller(), model, hour, used, job.id(), event.sequence())) {
        budgets.add(job.caller(), used, hour);
      }
    }
    if (event.what() instanceof TrainingEvent.StateChanged change && isEnd(change.state())) {
      ledger.ended(job.id());
    }
    return nanos;
  }

  private static boolean isEnd(TrainingJobState state) {
    return state.isFinal();
  }

  private void add(Caller caller, VersionId version, Amounts more) {
    ledger.add(caller.id(), version.model().id(), version.number(), more);
    budgets.add(caller.id(), more, UsageKey.hourOf(clock.instant()));
  }
}
