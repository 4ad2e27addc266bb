package dev.millrace.server.tensorflow.recipe;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that a run of {@code text-classifier} needs to go on: the graph's variables, the figures so
 * far, and the weights that were best on validation. The order of texts and dropout follow from the
 * seed and the step.
 */
final class TextState {
  private static final String VARIABLES = "variables";
  private static final String FIGURES = "figures.json";
  private static final String BEST = "best";

  private final TextRun run;
  private final Path scratch;
  private final Map<String, Double> metrics;
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * The state of a run.
   *
   * @param scratch an empty folder, which gets the best weights
   * @param metrics figures so far; filled in when the run goes on
   */
  TextState(TextRun run, Path scratch, Map<String, Double> metrics) {
    this.run = run;
    this.scratch = scratch;
    this.metrics = metrics;
  }

  /** The best weights. */
  Checkpoint best() {
    return new Checkpoint(scratch.resolve(BEST));
  }

  /** {@link Checkpoints.StateWriter}. */
  void write(Path folder) throws IOException {
    run.save(new Checkpoint(folder.resolve(VARIABLES)));
    copyBest(scratch, folder);
    json.writeValue(folder.resolve(FIGURES).toFile(), metrics);
  }

  /** {@link Checkpoints.StateReader}. */
  long read(Path folder) throws IOException {
    Map<String, Double> figures =
        json.readValue(folder.resolve(FIGURES).toFile(), new TypeReference<>() {});
    copyBest(folder, scratch);
    run.restoreOrBegin(new Checkpoint(folder.resolve(VARIABLES)));
    metrics.clear();
    metrics.putAll(figures);
    return run.step();
  }

  private static void copyBest(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(from)) {
      files =
          all.filter(file -> String.valueOf(file.getFileName()).startsWith(BEST + ".")).toList();
    }
    for (Path file : files) {
      Files.copy(
          file,
          to.resolve(String.valueOf(file.getFileName())),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
