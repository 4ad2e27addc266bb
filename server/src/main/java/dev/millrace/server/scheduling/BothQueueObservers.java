package dev.millrace.server.scheduling;

/** Two observers as one. */
public record BothQueueObservers(QueueObserver first, QueueObserver second)
    implements QueueObserver {
  @Override
  public void onShed(Lane lane, ShedReason why) {
    first.onShed(lane, why);
    second.onShed(lane, why);
  }

  @Override
  public void onDropped(Lane lane, DropReason why, long savedNanos) {
    first.onDropped(lane, why, savedNanos);
    second.onDropped(lane, why, savedNanos);
  }

  @Override
  public void onStarted(Lane lane, long waitedNanos) {
    first.onStarted(lane, waitedNanos);
    second.onStarted(lane, waitedNanos);
  }

  @Override
  public void onRun(Lane lane, int rows, long nanos) {
    first.onRun(lane, rows, nanos);
    second.onRun(lane, rows, nanos);
  }

  @Override
  public void onPhases(
      Lane lane, int pieces, int rows, long inputNanos, long inferNanos, long outputNanos) {
    first.onPhases(lane, pieces, rows, inputNanos, inferNanos, outputNanos);
    second.onPhases(lane, pieces, rows, inputNanos, inferNanos, outputNanos);
  }

  @Override
  public void onExpiredRun(Lane lane) {
    first.onExpiredRun(lane);
    second.onExpiredRun(lane);
  }

  @Override
  public void onWasted(Lane lane, DropReason why, long nanos) {
    first.onWasted(lane, why, nanos);
    second.onWasted(lane, why, nanos);
  }
}
