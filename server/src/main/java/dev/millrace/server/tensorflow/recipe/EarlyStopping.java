package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Ends a run whose validation accuracy no longer rises, and goes back to the step where it was
 * highest. Confined to one thread; closed by whoever made it.
 */
final class EarlyStopping implements AutoCloseable {
  private final int patience;
  private final Path folder;
  private double best = -1;
  private int since;

  /**
   * Nothing seen yet.
   *
   * @param patience reports without a better one after which the run ends; 0 for never, and then
   *     nothing is kept
   */
  EarlyStopping(int patience) throws IOException {
    this.patience = patience;
    folder = Files.createTempDirectory("millrace-best");
  }

  /** Takes a report; true when the run shall end. */
  boolean isOver(TrainingRun run, double validationAccuracy) {
    if (patience == 0) {
      return false;
    }
    if (validationAccuracy > best) {
      best = validationAccuracy;
      since = 0;
      run.save(checkpoint());
      return false;
    }
    since++;
    return since >= patience;
  }

  /** Goes back to the best step. */
  void restore(TrainingRun run) {
    if (best >= 0) {
      run.restore(checkpoint());
    }
  }

  private Checkpoint checkpoint() {
    return new Checkpoint(folder.resolve("best"));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
