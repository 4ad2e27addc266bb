package dev.millrace.server.tensorflow.trial;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.repository.VersionCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries versions in child processes, each in an empty folder of its own, without the server's
 * environment, with a bound on its heap and on its time. Thread-safe.
 */
public final class ChildProcessTrial implements VersionCheck, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChildProcessTrial.class);

  private final TrialCommand command;
  private final Path folder;
  private final Duration longest;
  private final ThreadFactory threads;
  private final Supplier<String> tokens;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Trials.
   *
   * @param folder where the processes get their folders; what is in it is deleted
   * @param longest after which a process is killed
   * @param threads makes the two threads that listen to each process
   * @param tokens makes what nobody can guess, fit for a file's name
   */
  public ChildProcessTrial(
      TrialCommand command,
      Path folder,
      Duration longest,
      ThreadFactory threads,
      Supplier<String> tokens)
      throws IOException {
    this.command = command;
    this.folder = folder.toAbsolutePath();
    this.longest = longest;
    this.threads = threads;
    this.tokens = tokens;
    delete(this.folder);
  }

  @Override
  public boolean check(ServableSource source) {
    String token = tokens.get();
    Path work = folder.resolve(token);
    try {
      Files.createDirectories(work);
      run(source, token, work);
      return true;
    } catch (IOException unstartable) {
      throw refusal(source, ErrorReason.TRIAL_FAILED, "the process to try it could not be started")
          .causedBy(unstartable);
    } finally {
      try {
        delete(work);
      } catch (IOException undeletable) {
        log.warn("a trial's folder could not be deleted", undeletable);
      }
    }
  }

  /** Kills what runs; later trials fail. */
  @Override
  public void close() {
    closed = true;
    running.forEach(Process::destroyForcibly);
  }

  private void run(ServableSource source, String token, Path work) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command.words(work)).directory(work.toFile());
    command.reduce(builder.environment());
    Process process = builder.start();
    running.add(process);
    try {
      TrialReports reports = new TrialReports(process, token);
      List<Thread> listeners =
          List.of(threads.newThread(reports::readAnswers), threads.newThread(reports::readLog));
      listeners.forEach(Thread::start);
      tell(
          process,
          new TrialMessage.Order(
              source.id().model().id(),
              source.id().number(),
              source.directory().toAbsolutePath().toString(),
              token));
      Optional<TrialReports.Failure> failed =
          reports.await(closed ? Duration.ZERO : longest, listeners);
      if (failed.isPresent() && closed) {
        throw refusal(source, ErrorReason.DRAINING, "the server stopped during its trial");
      }
      failed.ifPresent(
          failure -> {
            log.warn("{} failed its trial; the process said: {}", source.id(), reports.said());
            throw refusal(source, failure.reason(), failure.message());
          });
    } finally {
      running.remove(process);
      process.destroyForcibly();
    }
  }

  /** Standard input stays open: its end is what tells the child that the server is gone. */
  private static void tell(Process process, TrialMessage.Order order) {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write(
          (TrialMessage.line(TrialMessage.json(), order) + "\n").getBytes(StandardCharsets.UTF_8));
      orders.flush();
    } catch (IOException alreadyDead) {
      log.debug("the process of a trial took no order", alreadyDead);
    }
  }

  private static ServingException refusal(
      ServableSource source, ErrorReason reason, String message) {
    String subject = message.startsWith(source.id().toString()) ? "" : source.id() + ": ";
    return new ServingException(
        reason,
        subject + message,
        Map.of("model", source.id().model().id(), "version", Long.toString(source.id().number())));
  }

  private static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      List<Path> all;
      try (Stream<Path> walk = Files.walk(root)) {
        all = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : all) {
        Files.deleteIfExists(path);
      }
    }
  }
}
