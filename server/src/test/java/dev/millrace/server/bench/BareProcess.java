package dev.millrace.server.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A process that calls TensorFlow without any server. Confined to one thread; owns the process. */
final class BareProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter orders;
  private final ProcessCost cost;

  /**
   * What a loop gave.
   *
   * @param calls runs that ended
   * @param rowsPerSecond rows of all threads
   * @param cpuMicrosPerRow processor time of the whole process
   * @param p50Micros median time of a run
   * @param p99Micros 99th percentile
   */
  record Outcome(
      long calls,
      double rowsPerSecond,
      double cpuMicrosPerRow,
      double p50Micros,
      double p99Micros) {}

  private BareProcess(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.orders =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.cost = new ProcessCost(process.pid());
  }

  /** As fast as it gets: oneDNN on, one thread a run, in the calling thread. */
  static BareProcess tuned(Path savedModel) throws IOException {
    return start(savedModel, "tuned");
  }

  /** As it comes: TensorFlow's own thread pools and environment. */
  static BareProcess untuned(Path savedModel) throws IOException {
    return start(savedModel, "default");
  }

  private static BareProcess start(Path savedModel, String mode) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            BareLoop.class.getName(),
            savedModel.toString(),
            mode);
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    builder.environment().remove("TF_OVERRIDE_GLOBAL_THREADPOOL");
    if (mode.equals("tuned")) {
      builder.environment().put("TF_ENABLE_ONEDNN_OPTS", "1");
    } else {
      builder.environment().remove("TF_ENABLE_ONEDNN_OPTS");
    }
    BareProcess bare =
        new BareProcess(builder.redirectError(ProcessBuilder.Redirect.DISCARD).start());
    if (!"ready".equals(bare.answers.readLine())) {
      throw new IOException("the bare TensorFlow process did not start");
    }
    return bare;
  }

  /**
   * Runs so many rows at once in so many threads.
   *
   * @param width size of open dimensions but the first
   */
  Outcome run(int rows, int width, int threads, Duration time) throws IOException {
    return run(rows, width, threads, Duration.ZERO, time);
  }

  /** The same with a pause after each run, as a caller makes one that waits for requests. */
  Outcome run(int rows, int width, int threads, Duration pause, Duration time) throws IOException {
    double before = cost.cpuNanos();
    long pauseMicros = pause.toNanos() / 1000;
    orders.write(
        String.format("%d %d %d %d %d%n", rows, width, threads, pauseMicros, time.toMillis()));
    orders.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the bare TensorFlow process has ended");
    }
    double cpu = cost.cpuNanos() - before;
    String[] fields = answer.split(" ");
    long calls = Long.parseLong(fields[0]);
    return new Outcome(
        calls,
        calls * rows / Double.parseDouble(fields[1]),
        cpu / 1e3 / (calls * rows),
        Double.parseDouble(fields[2]),
        Double.parseDouble(fields[3]));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
