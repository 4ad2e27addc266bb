package dev.millrace.server.tensorflow.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.catalog.Servable;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.BatchingSettings;
import dev.millrace.server.model.CacheSettings;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensorflow.session.SavedModelLoader;
import dev.millrace.server.tensorflow.session.TensorLedger;
import dev.millrace.server.tensorflow.session.WarmUpRecordFile;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The process of a trial: takes one order from standard input, loads the version, warms it up, asks
 * its golden requests, and answers on standard output. It ends at once when its standard input
 * does, so that it never outlives the server.
 */
public final class TrialWorker {
  // One row and two: that rows can share a run is part of the trial, and what pays best is not.
  private static final int LARGEST_BATCH = 2;
  private static final int MEBIBYTE_BITS = 20;

  private TrialWorker() {}

  /** Tries one version; the exit code is 0 when it is fit and 1 when not. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    ObjectMapper json = TrialMessage.json();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = orders.readLine();
    if (line == null) {
      return;
    }
    endWith(orders);
    TrialMessage.Order order = json.readValue(line, TrialMessage.Order.class);
    TrialMessage.Answer answer = attempt(order);
    // What the model printed may have left the line open.
    answers.println();
    answers.println(TrialMessage.line(json, answer));
    answers.flush();
    Runtime.getRuntime().halt(answer.reason() == null ? 0 : 1);
  }

  private static TrialMessage.Answer attempt(TrialMessage.Order order) {
    try {
      run(
          new ServableSource(
              new VersionId(new ModelName(order.model()), order.version()),
              Path.of(order.directory()),
              "",
              settings()));
      return new TrialMessage.Answer(order.token(), null, "");
    } catch (ServingException refused) {
      refused.printStackTrace();
      return new TrialMessage.Answer(order.token(), refused.reason(), refused.message());
    } catch (OutOfMemoryError full) {
      return new TrialMessage.Answer(
          order.token(),
          ErrorReason.TRIAL_FAILED,
          "it needs more memory than the "
              + (Runtime.getRuntime().maxMemory() >> MEBIBYTE_BITS)
              + " MiB of Java heap that its trial has");
    } catch (Throwable defect) {
      defect.printStackTrace();
      return new TrialMessage.Answer(
          order.token(), ErrorReason.TRIAL_FAILED, "its trial failed; the server's log tells more");
    }
  }

  private static void run(ServableSource source) {
    SavedModelLoader loader = new SavedModelLoader(new TensorLedger(), 1, Clock.systemUTC());
    try (Servable servable = loader.load(source, ExecutionMode.PER_CORE)) {
      new WarmUp(new WarmUpRecordFile(), 2, System::nanoTime, System::nanoTime)
          .run(source, servable, ExecutionMode.PER_CORE, Duration.ZERO, Optional.empty());
      new GoldenCheck(servable).run(GoldenFile.read(source.directory()));
    }
  }

  private static ModelSettings settings() {
    BatchingSettings usual = BatchingSettings.DEFAULT;
    return new ModelSettings(
        ExecutionMode.PER_CORE,
        new BatchingSettings(
            true, LARGEST_BATCH, List.of(), usual.maxDelay(), usual.latencyTarget()),
        AdmissionSettings.DEFAULT,
        CacheSettings.OFF);
  }

  private static void endWith(BufferedReader orders) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (orders.readLine() != null) {
                  // Nothing else is ever said; only the end matters.
                }
              } catch (IOException gone) {
                // The same as the end.
              }
              Runtime.getRuntime().halt(1);
            },
            "server-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
