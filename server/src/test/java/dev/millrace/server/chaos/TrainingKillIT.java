package dev.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.FewDigits;
import dev.millrace.server.testing.RunningServer;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingJobState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills training processes and their server with SIGKILL at random moments, while real models are
 * trained, and looks at how each job ends: as it was asked to, with one version or none, and with a
 * loss curve that joins.
 */
final class TrainingKillIT {
  private static final int KILLS = Integer.getInteger("millrace.kills.training", 5);
  private static final int MOST_KILLS_OF_A_JOB = 3;
  private static final int CANCELLED_ONE_IN = 6;
  private static final double SHARE_OF_A_JOB = 0.8;
  private static final double SAME_LOSS = 0.02;
  private static final double SAME_ACCURACY = 0.015;

  @TempDir private Path folder;
  private RunningServer server;

  @Test
  void jobs_whoseProcessesAreKilled_endAsAskedWithOneVersionAndOneCurve() throws Exception {
    long seed = Long.getLong("millrace.seed", 8);
    Random random = new Random(seed);
    Map<String, Integer> told = new TreeMap<>();
    FewDigits.write(folder);
    server = start();
    try {
      long begin = System.nanoTime();
      TrainedJob reference = TrainedJob.create(server.address());
      TrainingJob unbroken = reference.await(server.address());
      long length = System.nanoTime() - begin;
      assertThat(unbroken.getState()).isEqualTo(TrainingJobState.TRAINING_JOB_STATE_SUCCEEDED);
      LossCurve curve = new LossCurve(reference.events(server.address()));

      int kills = 0;
      int jobs = 0;
      double worstLoss = 0;
      double worstAccuracy = 0;
      while (kills < KILLS) {
        TrainedJob job = TrainedJob.create(server.address());
        jobs++;
        int ofThisJob = Math.min(KILLS - kills, 1 + random.nextInt(MOST_KILLS_OF_A_JOB));
        List<String> victims = new ArrayList<>();
        for (int i = 0; i < ofThisJob; i++) {
          LockSupport.parkNanos((long) (random.nextDouble() * SHARE_OF_A_JOB * length));
          if (job.hasEnded(server.address())) {
            break;
          }
          String victim = kill(random.nextBoolean());
          victims.add(victim);
          told.merge(victim, 1, Integer::sum);
          kills += victim.equals("nothing") ? 0 : 1;
        }
        boolean cancels = random.nextInt(CANCELLED_ONE_IN) == 0;
        boolean cancelled = cancels && job.cancel(server.address());
        TrainingJob end = job.await(server.address());
        System.out.printf(
            "job %d, killed %s%s: %s at step %d%n",
            jobs,
            victims,
            cancelled ? ", cancelled" : "",
            end.getState(),
            end.getProgress().getStep());

        assertThat(end.getState())
            .as(end.getMessage())
            .isEqualTo(
                cancelled
                    ? TrainingJobState.TRAINING_JOB_STATE_CANCELLED
                    : TrainingJobState.TRAINING_JOB_STATE_SUCCEEDED);
        job.checkVersions(folder, end);
        LossCurve resumed = new LossCurve(job.events(server.address()));
        resumed.checkJoints();
        worstLoss = Math.max(worstLoss, resumed.distance(curve));
        if (!cancelled) {
          assertThat(resumed.lastStep()).isEqualTo(curve.lastStep());
          worstAccuracy =
              Math.max(
                  worstAccuracy,
                  Math.abs(
                      end.getMetricsOrThrow("test_accuracy")
                          - unbroken.getMetricsOrThrow("test_accuracy")));
        }
        assertThat(worstLoss).as("distance of the losses").isLessThan(SAME_LOSS);
        assertThat(worstAccuracy).as("distance of the accuracies").isLessThan(SAME_ACCURACY);
      }
      System.out.printf(
          "seed %d: %s in %d jobs of %.1f s; losses of equal stretches differ by %.5f at most, test"
              + " accuracies by %.4f%n",
          seed, told, jobs, length / 1e9, worstLoss, worstAccuracy);
    } finally {
      server.close();
    }
  }

  /** Kills the process that trains, or the server. */
  private String kill(boolean ofServer) throws Exception {
    List<ProcessHandle> children = server.children();
    if (ofServer) {
      server.kill();
      for (ProcessHandle child : children) {
        // It sees its standard input end.
        child.onExit().get(10, TimeUnit.SECONDS);
      }
      server = start();
      return "server";
    }
    children.forEach(ProcessHandle::destroyForcibly);
    return children.isEmpty() ? "nothing" : "process";
  }

  private RunningServer start() throws Exception {
    return RunningServer.start(
        folder,
        Map.of("MILLRACE_JAVA_OPTS", RunningServer.SHORT_LIVED),
        "--check-models",
        "off",
        "--checkpoint-interval",
        "200ms",
        "--training-retry-delay",
        "50ms",
        "--training-tries",
        "20");
  }
}
