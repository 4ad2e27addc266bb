package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.Trainer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains in a child process, because a failed check inside TensorFlow ends the whole process, and
 * because serving and training want thread pools of different sizes, which TensorFlow has once a
 * process. Thread-safe.
 */
public final class ChildProcessTrainer implements Trainer {
  private static final Logger log = LoggerFactory.getLogger(ChildProcessTrainer.class);
  private static final int SIGNALLED = 128;

  private final WorkerCommand command;
  private final Path datasets;
  private final ThreadFactory threads;
  private final ObjectMapper json = WorkerMessage.json();

  /**
   * A trainer.
   *
   * @param datasets folder of the datasets
   * @param threads makes the thread that listens to each process
   */
  public ChildProcessTrainer(WorkerCommand command, Path datasets, ThreadFactory threads) {
    this.command = command;
    this.datasets = datasets;
    this.threads = threads;
  }

  @Override
  public Run start(JobRecord job, Path workDirectory, Listener listener) {
    Path export = workDirectory.resolve("model");
    try {
      ProcessBuilder builder = new ProcessBuilder(command.words());
      command.addTo(builder.environment());
      builder.redirectError(workDirectory.resolveSibling("worker.log").toFile());
      Process process = builder.start();
      tell(
          process,
          new WorkerMessage.Order(
              job.spec(), datasets.toAbsolutePath().toString(), export.toString()));
      threads.newThread(() -> listen(process, export, listener)).start();
      log.info("job {} trains in process {}", job.id(), process.pid());
      return process::destroyForcibly;
    } catch (IOException unstartable) {
      throw new UncheckedIOException(unstartable);
    }
  }

  /** Standard input stays open: its end is what tells the child that the server is gone. */
  private void tell(Process process, WorkerMessage.Order order) throws IOException {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write((json.writeValueAsString(order) + "\n").getBytes(StandardCharsets.UTF_8));
      orders.flush();
    } catch (IOException alreadyDead) {
      log.debug("the training process took no order", alreadyDead);
    }
  }

  private void listen(Process process, Path export, Listener listener) {
    WorkerMessage last = null;
    try (BufferedReader reports =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        WorkerMessage message = parse(line);
        if (message != null && message.progress() != null) {
          listener.onProgress(message.progress());
        } else if (message != null) {
          last = message;
        }
      }
    } catch (IOException cutOff) {
      log.debug("the training process was cut off", cutOff);
    }
    int exit = waitFor(process);
    if (last != null && last.trained() != null && exit == 0) {
      listener.onTrained(last.trained(), export);
    } else if (last != null && last.failed() != null) {
      listener.onFailed(last.failed().reason(), last.failed().message());
    } else {
      listener.onFailed(ErrorReason.WORKER_DIED, causeOfDeath(exit));
    }
  }

  private @Nullable WorkerMessage parse(String line) {
    try {
      return json.readValue(line, WorkerMessage.class);
    } catch (JsonProcessingException garbage) {
      log.warn("the training process said something that is no report");
      return null;
    }
  }

  private static int waitFor(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
          process.destroyForcibly();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String causeOfDeath(int exit) {
    return exit > SIGNALLED
        ? "the training process was ended by signal "
            + (exit - SIGNALLED)
            + (exit - SIGNALLED == 9 ? " (killed, perhaps for want of memory)" : "")
        : "the training process ended with exit code " + exit + "; the job's log tells why";
  }
}
