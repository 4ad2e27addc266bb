package dev.millrace.server.bench;

import dev.millrace.server.tensorflow.recipe.TrainingSpeedBenchmark;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The training loop, beside one that does nothing else, and what the distortions cost. */
final class TrainingSpeed implements Scenario {
  private static final int ROUNDS = 3;
  private static final int STEPS = 60;

  @Override
  public String name() {
    return "training";
  }

  @Override
  public String description() {
    return "Steps of `mnist-cnn` with batches of 100, beside the same network in a bare loop that reports and checks"
        + " nothing, and beside steps with images that are rotated, scaled, shifted and bent in the graph; five steps"
        + " of each in turn, in one process with oneDNN and a thread for each core.";
  }

  @Override
  public void measure(Rig rig, Report report) throws Exception {
    Series bare = new Series();
    Series recipe = new Series();
    Series distorted = new Series();
    Series ratio = new Series();
    Series cost = new Series();
    Process process = start(ROUNDS * rig.rounds(), rig.count(STEPS));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(TrainingSpeedBenchmark.ROUND)) {
          String[] speeds = line.substring(TrainingSpeedBenchmark.ROUND.length()).split(" ");
          double alone = Double.parseDouble(speeds[0]);
          double plain = Double.parseDouble(speeds[1]);
          double bent = Double.parseDouble(speeds[2]);
          bare.add(alone);
          recipe.add(plain);
          distorted.add(bent);
          ratio.add(plain / alone);
          cost.add(100 * (plain / bent - 1));
        }
      }
    } finally {
      process.destroyForcibly();
    }
    report.add("bare loop", "images/s", bare);
    report.add("mnist-cnn", "images/s", recipe);
    report.add("mnist-cnn with every distortion", "images/s", distorted);
    report.add("mnist-cnn over the bare loop", "", ratio, Figure.Bar.atLeast(0.95));
    report.add("more time for every distortion", "%", cost, Figure.Bar.atMost(25));
  }

  private static Process start(int rounds, int steps) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingSpeedBenchmark.class.getName(),
            Integer.toString(rounds),
            Integer.toString(steps));
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    builder.environment().put("TF_ENABLE_ONEDNN_OPTS", "1");
    builder.environment().remove("TF_OVERRIDE_GLOBAL_THREADPOOL");
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
