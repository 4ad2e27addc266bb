package dev.millrace.server.testing;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.TrainingProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A trainer whose runs do what the test says. */
public final class PuppetTrainer implements Trainer {
  private final List<PuppetRun> runs = new ArrayList<>();
  private boolean broken;

  @Override
  public synchronized Run start(JobRecord job, Path workDirectory, Listener listener) {
    if (broken) {
      throw new IllegalStateException("no process to be had");
    }
    PuppetRun run = new PuppetRun(job, workDirectory.resolve("model"), listener);
    runs.add(run);
    return run;
  }

  /** Makes every further start fail. */
  public synchronized void breakDown() {
    broken = true;
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
    private final Path export;
    private final Listener listener;
    private volatile int cancels;

    PuppetRun(JobRecord job, Path export, Listener listener) {
      this.job = job;
      this.export = export;
      this.listener = listener;
    }

    @Override
    public synchronized void cancel() {
      cancels++;
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
      listener.onTrained(TrainedModel.of(Map.of("test_accuracy", 0.99), "ab12"), export);
    }

    /** Ends badly. */
    public void fail(ErrorReason reason, String message) {
      listener.onFailed(reason, message);
    }
  }
}
