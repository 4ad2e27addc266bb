package dev.millrace.server.tensorflow.worker;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.TrainingProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down what a run tells, and waits for it. */
final class RecordingListener implements Trainer.Listener {
  /** How a run ended. */
  record End(
      @Nullable TrainedModel model,
      @Nullable Path export,
      @Nullable ErrorReason reason,
      @Nullable String message) {
    TrainedModel trained() {
      if (model == null) {
        throw new AssertionError("the run failed: " + reason + " " + message);
      }
      return model;
    }
  }

  private final BlockingQueue<TrainingProgress> reports = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> checkpoints = new LinkedBlockingQueue<>();
  private volatile long resumed = -1;
  private volatile long lastCheckpoint;
  private final List<End> ends = new CopyOnWriteArrayList<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  @Override
  public void onResumed(long step) {
    resumed = step;
  }

  /** The step of the last checkpoint, once the run has ended. */
  long lastCheckpoint() {
    return lastCheckpoint;
  }

  @Override
  public void onCheckpoint(long step) {
    lastCheckpoint = step;
    checkpoints.add(step);
  }

  @Override
  public void onStopped() {
    ended(new End(null, null, null, "stopped"));
  }

  /** The step that the run went on from; -1 before it said so. */
  long resumed() {
    return resumed;
  }

  long nextCheckpoint() throws InterruptedException {
    Long step = checkpoints.poll(30, TimeUnit.SECONDS);
    if (step == null) {
      throw new AssertionError("no checkpoint came");
    }
    return step;
  }

  @Override
  public void onProgress(TrainingProgress progress) {
    reports.add(progress);
  }

  @Override
  public void onTrained(TrainedModel model, Path exportDirectory) {
    ended(new End(model, exportDirectory, null, null));
  }

  @Override
  public void onFailed(ErrorReason reason, String message) {
    ended(new End(null, null, reason, message));
  }

  private void ended(End how) {
    ends.add(how);
    end.complete(how);
  }

  TrainingProgress nextReport() throws InterruptedException {
    TrainingProgress report = reports.poll(30, TimeUnit.SECONDS);
    if (report == null) {
      throw new AssertionError("no report came");
    }
    return report;
  }

  End end() throws Exception {
    return end.get(30, TimeUnit.SECONDS);
  }

  List<End> ends() {
    return ends;
  }
}
