package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensorflow.board.EventFile;
import dev.millrace.server.tensorflow.recipe.Recipe;
import dev.millrace.server.tensorflow.recipe.Recipes;
import dev.millrace.server.tensorflow.recipe.RunInputs;
import dev.millrace.server.tensorflow.recipe.RunOutputs;
import dev.millrace.server.tensorflow.recipe.RunStopped;
import dev.millrace.server.training.TrainedModel;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The training process: takes one order from standard input, trains, and reports on standard
 * output. It ends at once when its standard input does, so that it never outlives the server; after
 * a step, and with its state kept, when it is asked to.
 */
public final class TrainingWorker {
  private static final int MEBIBYTE_BITS = 20;
  private static final long MEMORY_LOOK_NANOS = 200_000_000;

  private TrainingWorker() {}

  /** Runs one order; the exit code is 0 when a model was exported and 1 when not. */
  public static void main(String[] arguments) throws IOException {
    PrintStream reports =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    // Whatever else prints must not end up among the reports.
    System.setOut(System.err);
    ObjectMapper json = WorkerMessage.json();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = orders.readLine();
    if (line == null) {
      return;
    }
    AtomicBoolean stops = new AtomicBoolean();
    endWith(orders, stops);
    WorkerMessage.Order order = json.readValue(line, WorkerMessage.Order.class);
    ProcessMemory memory = new ProcessMemory(Path.of("/proc/self"));
    memory.offer();
    if (order.memory() > 0) {
      endAbove(order.memory(), memory, reports, json);
    }
    WorkerMessage last = train(order, stops, reports, json);
    say(reports, last.toLine(json));
    Runtime.getRuntime().halt(last.trained() == null ? 1 : 0);
  }

  private static WorkerMessage train(
      WorkerMessage.Order order, AtomicBoolean stops, PrintStream reports, ObjectMapper json) {
    WorkerMessage.Keeping keeping = order.keeping();
    Path checkpoints = Path.of(keeping.folder());
    try (RunLock alone = RunLock.take(checkpoints);
        EventFile events = EventFile.in(Path.of(order.events()), InstantSource.system())) {
      Recipe recipe = Recipes.onClassPath().get(order.spec().recipe());
      LabelledDataset dataset =
          new Datasets(Path.of(order.datasets())).read(order.spec().dataset());
      TrainedModel model =
          recipe.train(
              new RunInputs(order.spec(), dataset, parent(order)),
              new RunOutputs(
                  Path.of(order.export()),
                  progress -> say(reports, WorkerMessage.ofProgress(progress).toLine(json)),
                  events,
                  new KeptRun(
                      new CheckpointFolder(checkpoints, keeping.token()),
                      new CheckpointRule(
                          Duration.ofMillis(keeping.intervalMillis()), System.nanoTime()),
                      stops::get,
                      step -> say(reports, WorkerMessage.ofResumed(step).toLine(json)),
                      step -> say(reports, WorkerMessage.ofCheckpoint(step).toLine(json)),
                      System::nanoTime)));
      leaveReference(dataset, Path.of(order.export()));
      return WorkerMessage.ofTrained(model);
    } catch (RunStopped stopped) {
      return WorkerMessage.ofStopped();
    } catch (ServingException refused) {
      refused.printStackTrace();
      return WorkerMessage.ofFailure(refused.reason(), refused.message());
    } catch (OutOfMemoryError full) {
      return WorkerMessage.ofFailure(
          ErrorReason.TRAINING_FAILED,
          "the run needs more memory than the "
              + (Runtime.getRuntime().maxMemory() >> MEBIBYTE_BITS)
              + " MiB that the training process has; raise training-heap or take smaller batches");
    } catch (Throwable defect) {
      defect.printStackTrace();
      return WorkerMessage.ofFailure(
          ErrorReason.TRAINING_FAILED, "the run failed; the job's log tells why");
    }
  }

  /** Without it drift of inputs is told by the first requests; the model is none the worse. */
  private static void leaveReference(LabelledDataset dataset, Path export) {
    try {
      TrainingReference.write(dataset, export);
    } catch (IOException full) {
      full.printStackTrace();
    }
  }

  private static Optional<Path> parent(WorkerMessage.Order order) {
    if (order.spec().parent().isPresent() && order.parent() == null) {
      throw new ServingException(
          ErrorReason.VERSION_NOT_FOUND,
          order.spec().parent().get() + ", from which the run was to go on, is gone");
    }
    return Optional.ofNullable(order.parent()).map(Path::of);
  }

  private static void say(PrintStream reports, String line) {
    synchronized (reports) {
      reports.println(line);
      reports.flush();
    }
  }

  private static void endAbove(
      long limit, ProcessMemory memory, PrintStream reports, ObjectMapper json) {
    Thread watch =
        new Thread(
            () -> {
              while (memory.resident().orElse(0) <= limit) {
                LockSupport.parkNanos(MEMORY_LOOK_NANOS);
              }
              say(
                  reports,
                  WorkerMessage.ofFailure(
                          ErrorReason.TRAINING_FAILED,
                          "the run needs more memory than the "
                              + (limit >> MEBIBYTE_BITS)
                              + " MiB that the training process may take in all; raise"
                              + " training-memory or take smaller batches")
                      .toLine(json));
              Runtime.getRuntime().halt(1);
            },
            "memory-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void endWith(BufferedReader orders, AtomicBoolean stops) {
    Thread watch =
        new Thread(
            () -> {
              try {
                for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                  stops.compareAndSet(false, line.equals(WorkerMessage.STOP));
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
