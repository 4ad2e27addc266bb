package dev.millrace.server.scheduling;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchPlan.Measurement;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.PuppetClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue whose time stands still until a test moves it, and what it reported. */
final class QueueRig implements QueueObserver {
  /** A row takes a millisecond, a run of four takes two. */
  static final List<Measurement> MEASURED =
      List.of(new Measurement(1, Duration.ofMillis(1)), new Measurement(4, Duration.ofMillis(2)));

  final PuppetClock clock = new PuppetClock();
  final List<String> reports = new ArrayList<>();
  final BatchQueue<FakeWork> queue;
  private long nanos;

  QueueRig(int workers) {
    this(workers, 1 << 20);
  }

  QueueRig(int workers, long maxBytes) {
    queue = new BatchQueue<>(workers, maxBytes, this, clock, () -> nanos);
  }

  void pass(Duration time) {
    nanos += time.toNanos();
    clock.advance(time);
  }

  Deadline in(Duration time) {
    return new Deadline(clock.instant().plus(time));
  }

  FakeWork work(String name, Lane lane, Priority priority, Duration deadline) {
    return new FakeWork(name, lane, 1, priority, in(deadline));
  }

  void submit(FakeWork... pieces) {
    for (FakeWork piece : pieces) {
      queue.submit(List.of(piece));
    }
  }

  /** What the next run holds, in words. */
  List<String> next() {
    Batch<FakeWork> batch = queue.poll();
    return batch == null ? List.of() : names(batch);
  }

  static List<String> names(Batch<FakeWork> batch) {
    return batch.work().stream().map(one -> one.work().toString()).toList();
  }

  /** A lane of up to four rows a run. */
  static Lane lane(String signature) {
    return lane(signature, new BatchRule(4, Duration.ZERO, false), MEASURED);
  }

  static Lane lane(String signature, BatchRule rule, List<Measurement> measured) {
    return lane(signature, rule, AdmissionSettings.DEFAULT, measured);
  }

  static Lane lane(
      String signature, BatchRule rule, AdmissionSettings admission, List<Measurement> measured) {
    VersionId version = new VersionId(new ModelName("m"), 1);
    return new Lane(
        new Lane.Key(version, signature, List.of("y"), List.of()),
        rule,
        admission,
        new RunTime(measured));
  }

  @Override
  public void onShed(Lane lane, ShedReason why) {
    reports.add("shed");
  }

  @Override
  public void onDropped(Lane lane, DropReason why, long savedNanos) {
    reports.add("dropped " + why);
  }

  @Override
  public void onStarted(Lane lane, long waitedNanos) {
    reports.add("started");
  }

  @Override
  public void onRun(Lane lane, int rows, long nanos) {
    reports.add("ran " + rows);
  }

  @Override
  public void onExpiredRun(Lane lane) {}

  @Override
  public void onWasted(Lane lane, DropReason why, long nanos) {
    reports.add("wasted " + why);
  }

  /** Takes a batch that must be there. */
  Batch<FakeWork> take() {
    @Nullable Batch<FakeWork> batch = queue.poll();
    if (batch == null) {
      throw new AssertionError("nothing is due");
    }
    return batch;
  }
}
