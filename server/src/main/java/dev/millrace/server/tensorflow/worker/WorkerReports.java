package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one training process's reports to the end, and makes one end of however it ended. */
final class WorkerReports {
  private static final Logger log = LoggerFactory.getLogger(WorkerReports.class);
  private static final int LONGEST_LINE = 1 << 20;
  private static final int SIGNALLED = 128;
  private static final long LOG_GRACE_MILLIS = 1000;

  private final Process process;
  private final Thread logging;
  private final ObjectMapper json;

  /**
   * Reports.
   *
   * @param logging ends when the process's log is complete
   */
  WorkerReports(Process process, Thread logging, ObjectMapper json) {
    this.process = process;
    this.logging = logging;
    this.json = json;
  }

  /** Tells the listener all; returns when the process is gone. */
  void deliver(Trainer.Listener listener, Path export) {
    WorkerMessage last = readAll(listener);
    int exit = waitForEnd();
    if (last != null && last.trained() != null && exit == 0) {
      listener.onTrained(last.trained(), export);
    } else if (last != null && last.stopped() != null) {
      listener.onStopped();
    } else if (last != null && last.failed() != null) {
      listener.onFailed(last.failed().reason(), last.failed().message());
    } else {
      listener.onFailed(ErrorReason.WORKER_DIED, causeOfDeath(exit));
    }
  }

  /** Reads until the process closes its output; the last thing that it said of its end. */
  private @Nullable WorkerMessage readAll(Trainer.Listener listener) {
    WorkerMessage last = null;
    BoundedLines lines = new BoundedLines(process.getInputStream(), LONGEST_LINE);
    try {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        WorkerMessage message = parse(line.get());
        if (message != null && !isTold(message, listener)) {
          last = message;
        }
      }
    } catch (IOException cutOff) {
      log.debug("the training process was cut off", cutOff);
    } catch (RuntimeException defect) {
      log.error("a report of the training process could not be taken; it is killed", defect);
      process.destroyForcibly();
    }
    return last;
  }

  /** True for what is said on the way, and not at the end. */
  private static boolean isTold(WorkerMessage message, Trainer.Listener listener) {
    if (message.progress() != null) {
      listener.onProgress(message.progress());
    } else if (message.resumed() != null) {
      listener.onResumed(message.resumed());
    } else if (message.checkpoint() != null) {
      listener.onCheckpoint(message.checkpoint());
    } else {
      return false;
    }
    return true;
  }

  private @Nullable WorkerMessage parse(String line) {
    try {
      return json.readValue(line, WorkerMessage.class);
    } catch (JsonProcessingException garbage) {
      log.warn("training process {} said something that is no report", process.pid());
      return null;
    }
  }

  private int waitForEnd() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          int exit = process.waitFor();
          TimeUnit.MILLISECONDS.timedJoin(logging, LOG_GRACE_MILLIS);
          return exit;
        } catch (InterruptedException stopping) {
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

  /** Exit codes above 128 are signals, by the convention of shells, which Java follows. */
  static String causeOfDeath(int exit) {
    if (exit <= SIGNALLED) {
      return "the training process ended with exit code "
          + exit
          + " and without a result; the job's log tells more";
    }
    int signal = exit - SIGNALLED;
    String meaning =
        switch (signal) {
          case 6 -> ", which is what a failed check inside TensorFlow does";
          case 9 -> ", perhaps for want of memory";
          default -> "";
        };
    return "the training process was killed (signal "
        + signal
        + ")"
        + meaning
        + "; the job's log tells more";
  }
}
