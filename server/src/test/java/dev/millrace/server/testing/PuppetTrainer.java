package dev.millrace.server.testing;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.Workplace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A trainer whose runs do what the test says. */
public final class PuppetTrainer implements Trainer {
  private final List<PuppetRun> runs = new ArrayList<>();
  private boolean broken;
  private Runnable meanwhile = () -> {};

  @Override
  public synchronized Run start(JobRecord job, Workplace place, Listener listener) {
    if (broken) {
      throw new IllegalStateException("no process to be had");
    }
    PuppetRun run = new PuppetRun(job, place, listener);
    runs.add(run);
    meanwhile.run();
    return run;
  }

  /** Makes every further start fail. */
  public synchronized void breakDown() {
    broken = true;
  }

  /** Does something in the middle of each start. */
  public synchronized void meanwhile(Runnable action) {
    meanwhile = action;
  }

  /** How many runs were started. */
  public synchronized int started() {
    return runs.size();
  }

  /** The run that was started as the n-th, from 0. */
  public synchronized PuppetRun run(int index) {
    return runs.get(index);
  }

  /** One run. */
  public static final class PuppetRun implements Run {
    private final JobRecord job;
    private final Workplace place;
    private final Listener listener;
    private volatile int cancels;
    private volatile int stops;

    PuppetRun(JobRecord job, Workplace place, Listener listener) {
      this.job = job;
      this.place = place;
      this.listener = listener;
    }

    @Override
    public synchronized void cancel() {
      cancels++;
    }

    @Override
    public synchronized void stop() {
      stops++;
    }

    /** How often it was asked to stop. */
    public int stops() {
      return stops;
    }

    /** Where it works. */
    public Workplace place() {
      return place;
    }

    /** Tells that it goes on from a step. */
    public void resume(long step) {
      listener.onResumed(step);
    }

    /** Tells that it has kept its state. */
    public void checkpoint(long step) {
      listener.onCheckpoint(step);
    }

    /** Ends because it was asked to. */
    public void endStopped() {
      listener.onStopped();
    }

    /** How often it was cancelled. */
    public int cancels() {
      return cancels;
    }

    /** What it runs. */
    public JobRecord job() {
      return job;
    }

    /** Reports a step. */
    public void progress(long step) {
      listener.onProgress(
          new TrainingProgress(step, 1000, 0.5, 0.9, 0.8, 1234, Duration.ofSeconds(1000 - step)));
    }

    /** Ends well. */
    public void succeed() {
      listener.onTrained(TrainedModel.of(Map.of("test_accuracy", 0.99), "ab12"), place.export());
    }

    /** Ends badly. */
    public void fail(ErrorReason reason, String message) {
      listener.onFailed(reason, message);
    }
  }
}
