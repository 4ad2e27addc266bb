package dev.millrace.server.training;

import dev.millrace.server.model.ErrorReason;
import java.nio.file.Path;

/** Hears what the run of a try tells, and has it written down. Thread-safe. */
final class RunListener implements Trainer.Listener {
  private final JobSlot slot;
  private final Claim claim;
  private final JobEnds ends;
  private final Object lock;

  RunListener(JobSlot slot, Claim claim, JobEnds ends, Object lock) {
    this.slot = slot;
    this.claim = claim;
    this.ends = ends;
    this.lock = lock;
  }

  @Override
  public void onResumed(long step) {
    synchronized (lock) {
      if (slot.job().runs() > 1) {
        ends.happen(
            slot, claim, new TrainingEvent.Resumed(step, slot.job().attempt(), ends.tries()));
      }
    }
  }

  @Override
  public void onCheckpoint(long step) {
    ends.happen(slot, claim, new TrainingEvent.Checkpointed(step));
  }

  @Override
  public void onProgress(TrainingProgress progress) {
    ends.happen(slot, claim, new TrainingEvent.Progressed(progress));
  }

  @Override
  public void onTrained(TrainedModel model, Path exportDirectory) {
    ends.publish(slot, claim, model, exportDirectory);
  }

  @Override
  public void onStopped() {
    ends.stopped(slot, claim);
  }

  @Override
  public void onFailed(ErrorReason reason, String message) {
    if (reason == ErrorReason.WORKER_DIED) {
      ends.died(slot, claim, reason, message);
    } else {
      ends.failed(slot, claim, reason, message);
    }
  }
}
