package dev.millrace.server.tensorflow.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Ends a run whose validation accuracy no longer rises, and goes back to the step where it was
 * highest. Confined to one thread; closed by whoever made it.
 */
final class EarlyStopping implements AutoCloseable {
  private static final String PREFIX = "best";
  private static final String BEST = "early_stopping_best";
  private static final String SINCE = "early_stopping_since";

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

  /** Writes what it knows, as figures and, where there is a best step, the weights of that. */
  void write(Path target, Map<String, Double> figures) throws IOException {
    if (best >= 0) {
      figures.put(BEST, best);
      figures.put(SINCE, (double) since);
      copy(folder, target);
    }
  }

  /** Takes up what was written, and takes it out of the figures. */
  void read(Path source, Map<String, Double> figures) throws IOException {
    Double known = figures.remove(BEST);
    Double reports = figures.remove(SINCE);
    if (known != null && reports != null) {
      copy(source, folder);
      best = known;
      since = reports.intValue();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file :
          files.filter(name -> String.valueOf(name.getFileName()).startsWith(PREFIX)).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Checkpoint checkpoint() {
    return new Checkpoint(folder.resolve(PREFIX));
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
