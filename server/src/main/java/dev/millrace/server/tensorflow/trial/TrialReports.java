package dev.millrace.server.tensorflow.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.tensorflow.worker.BoundedLines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears one trial's process to its end, and makes one result of however it ended. */
final class TrialReports {
  private static final Logger log = LoggerFactory.getLogger(TrialReports.class);
  private static final int LONGEST_LINE = 64 << 10;
  private static final int LONGEST_LOG = 4 << 10;
  private static final int SIGNALLED = 128;
  private static final long GRACE_MILLIS = 2000;

  private final Process process;
  private final String token;
  private final ObjectMapper json = TrialMessage.json();
  private volatile TrialMessage.@Nullable Answer answer;
  private volatile String said = "";

  /** Why a version is not fit. */
  record Failure(ErrorReason reason, String message) {}

  TrialReports(Process process, String token) {
    this.process = process;
    this.token = token;
  }

  /** Reads until the process closes its output. */
  void readAnswers() {
    BoundedLines lines = new BoundedLines(process.getInputStream(), LONGEST_LINE);
    try {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        if (line.get().contains(token)) {
          parse(line.get());
        }
      }
    } catch (IOException cutOff) {
      log.debug("the process of a trial was cut off", cutOff);
    }
  }

  /** Reads what the process says for people; the end of it is kept. */
  void readLog() {
    byte[] buffer = new byte[LONGEST_LOG];
    try (InputStream in = process.getErrorStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        String more = said + new String(buffer, 0, n, StandardCharsets.UTF_8);
        said = more.substring(Math.max(0, more.length() - LONGEST_LOG));
      }
    } catch (IOException cutOff) {
      log.debug("the process of a trial was cut off", cutOff);
    }
  }

  /** The end of what the process said for people, on one line. */
  String said() {
    return said.replaceAll("\\p{Cntrl}+", " | ");
  }

  /**
   * Waits for the end.
   *
   * @param longest after which the process is killed
   * @param listeners threads that end after the process
   * @return why the version is not fit; empty when it is
   */
  Optional<Failure> await(Duration longest, List<Thread> listeners) {
    int exit;
    try {
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return failure("its trial was not done after " + longest.toSeconds() + " s");
      }
      exit = process.exitValue();
      for (Thread listener : listeners) {
        TimeUnit.MILLISECONDS.timedJoin(listener, GRACE_MILLIS);
      }
    } catch (InterruptedException stopping) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return failure("the server stopped during its trial");
    }
    TrialMessage.Answer last = answer;
    if (last != null && last.reason() != null) {
      return Optional.of(new Failure(last.reason(), last.message()));
    }
    return last != null && exit == 0
        ? Optional.empty()
        : failure("the process that tried it ended: " + causeOfDeath(exit));
  }

  private void parse(String line) {
    try {
      TrialMessage.Answer read = json.readValue(line, TrialMessage.Answer.class);
      if (read.token().equals(token)) {
        answer = read;
      }
    } catch (JsonProcessingException garbage) {
      log.debug("the process of a trial said something that is no answer", garbage);
    }
  }

  private static Optional<Failure> failure(String message) {
    return Optional.of(new Failure(ErrorReason.TRIAL_FAILED, message));
  }

  /** Exit codes above 128 are signals, by the convention of shells, which Java follows. */
  static String causeOfDeath(int exit) {
    return switch (exit) {
      case SIGNALLED + 6 -> "TensorFlow aborted";
      case SIGNALLED + 9 -> "it was killed, perhaps for want of memory";
      case SIGNALLED + 11 -> "it reached into memory that is not its own";
      default ->
          exit > SIGNALLED
              ? "it was killed by signal " + (exit - SIGNALLED)
              : "it gave no answer (exit code " + exit + ")";
    };
  }
}
