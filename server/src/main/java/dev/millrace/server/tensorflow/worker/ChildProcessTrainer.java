package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.Trainer;
import dev.millrace.server.training.Workplace;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains in a child process, because a failed check inside TensorFlow ends the whole process, and
 * because serving and training want thread pools of different sizes, which TensorFlow has once a
 * process. Thread-safe.
 *
 * <p>What the process prints for people goes to {@code worker.log} beside its work folder, its
 * events for TensorBoard into the folder {@code tensorboard}. A cancel kills it outright; a stop
 * lets it keep its state first.
 */
public final class ChildProcessTrainer implements Trainer {
  private static final Logger log = LoggerFactory.getLogger(ChildProcessTrainer.class);
  private static final long LARGEST_LOG = 4 << 20;
  private static final String EVENTS = "tensorboard";

  private final WorkerCommand command;
  private final Limits limits;
  private final Path datasets;
  private final Function<VersionId, Optional<Path>> versions;
  private final ThreadFactory threads;
  private final ObjectMapper json = WorkerMessage.json();

  /**
   * What a training process has to keep to.
   *
   * @param checkpointInterval from one checkpoint to the next, above 0
   * @param memory most bytes of the whole process, TensorFlow and Java; 0 for no limit
   */
  public record Limits(Duration checkpointInterval, long memory) {}

  /**
   * A trainer.
   *
   * @param datasets folder of the datasets
   * @param versions finds the folder of a version that a run goes on from
   * @param threads makes the two threads that listen to each process
   */
  public ChildProcessTrainer(
      WorkerCommand command,
      Limits limits,
      Path datasets,
      Function<VersionId, Optional<Path>> versions,
      ThreadFactory threads) {
    this.command = command;
    this.limits = limits;
    this.datasets = datasets;
    this.versions = versions;
    this.threads = threads;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the process cannot be started
   */
  @Override
  public Run start(JobRecord job, Workplace place, Listener listener) {
    ProcessBuilder builder = new ProcessBuilder(command.words());
    command.addTo(builder.environment());
    Process process;
    try {
      process = builder.start();
    } catch (IOException unstartable) {
      throw new UncheckedIOException(unstartable);
    }
    try {
      WorkerLog workerLog = new WorkerLog(place.logs().resolve("worker.log"), LARGEST_LOG);
      Thread logging = threads.newThread(() -> workerLog.copy(process.getErrorStream()));
      Thread listening =
          threads.newThread(
              () -> new WorkerReports(process, logging, json).deliver(listener, place.export()));
      logging.start();
      listening.start();
    } catch (RuntimeException | Error unstartable) {
      process.destroyForcibly();
      throw unstartable;
    }
    tell(
        process,
        new WorkerMessage.Order(
            job.spec(),
            datasets.toAbsolutePath().toString(),
            place.export().toString(),
            place.logs().resolve(EVENTS).toString(),
            new WorkerMessage.Keeping(
                place.checkpoints().toString(),
                place.token(),
                Math.max(1, limits.checkpointInterval().toMillis())),
            limits.memory(),
            job.spec()
                .parent()
                .flatMap(versions)
                .map(parent -> parent.toAbsolutePath().toString())
                .orElse(null)));
    log.info("job {} trains in process {}", job.id(), process.pid());
    return new ChildRun(process);
  }

  private record ChildRun(Process process) implements Run {
    @Override
    public void stop() {
      try {
        OutputStream orders = process.getOutputStream();
        orders.write((WorkerMessage.STOP + "\n").getBytes(StandardCharsets.UTF_8));
        orders.flush();
      } catch (IOException alreadyDead) {
        log.debug("the training process is gone already", alreadyDead);
      }
    }

    @Override
    public void cancel() {
      process.destroyForcibly();
    }
  }

  /** Standard input stays open: its end is what tells the child that the server is gone. */
  private void tell(Process process, WorkerMessage.Order order) {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write((json.writeValueAsString(order) + "\n").getBytes(StandardCharsets.UTF_8));
      orders.flush();
    } catch (JsonProcessingException impossible) {
      process.destroyForcibly();
      throw new IllegalStateException(impossible);
    } catch (IOException alreadyDead) {
      log.debug("the training process took no order", alreadyDead);
    }
  }
}
