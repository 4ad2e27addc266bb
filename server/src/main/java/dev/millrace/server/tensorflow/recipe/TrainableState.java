package dev.millrace.server.tensorflow.recipe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that a run of {@code saved-model-train} needs to go on: what the model's own signature {@code
 * save} keeps, and beside it all variables of the SavedModel, because many a {@code save} leaves
 * out the optimiser's; the state that was best on validation, the step, and the figures so far. The
 * order of examples follows from the seed and the step.
 */
final class TrainableState {
  private static final String OWN = "own";
  private static final String VARIABLES = "variables";
  private static final String BEST = "best";
  private static final String BEGINNING = "beginning";
  private static final String FIGURES = "figures.json";

  private final TrainableModel model;
  private final Path scratch;
  private final Map<String, Double> metrics;
  private final JsonMapper json = JsonMapper.builder().build();
  private long step;

  /**
   * How far a run has come.
   *
   * @param step steps done
   * @param metrics figures by name
   */
  record Figures(long step, Map<String, Double> metrics) {}

  /**
   * The state of a run at its beginning.
   *
   * @param scratch an empty folder, which gets the best state
   * @param metrics figures so far; filled in when the run goes on
   */
  TrainableState(TrainableModel model, Path scratch, Map<String, Double> metrics) {
    this.model = model;
    this.scratch = scratch;
    this.metrics = metrics;
  }

  /** Steps done. */
  long step() {
    return step;
  }

  /** A step more has been done. */
  void advance() {
    step++;
  }

  /** Takes the present state for the best so far. */
  void keepBest() {
    model.save(scratch.resolve(BEST));
  }

  /** Goes back to the best state. */
  void restoreBest() {
    model.restore(scratch.resolve(BEST));
  }

  /** {@link Checkpoints.StateWriter}. */
  void write(Path folder) throws IOException {
    model.save(folder.resolve(OWN));
    model.writeVariables(folder.resolve(VARIABLES));
    copyBest(scratch, folder);
    json.writeValue(folder.resolve(FIGURES).toFile(), new Figures(step, new TreeMap<>(metrics)));
  }

  /** {@link Checkpoints.StateReader}. */
  long read(Path folder) throws IOException {
    Figures figures = json.readValue(folder.resolve(FIGURES).toFile(), Figures.class);
    Path beginning = scratch.resolve(BEGINNING);
    if (!Files.exists(scratch.resolve(BEGINNING + ".index"))) {
      model.writeVariables(beginning);
    }
    try {
      model.readVariables(folder.resolve(VARIABLES));
      model.restore(folder.resolve(OWN));
    } catch (RuntimeException damaged) {
      model.readVariables(beginning);
      throw damaged;
    }
    copyBest(folder, scratch);
    metrics.clear();
    metrics.putAll(figures.metrics());
    step = figures.step();
    return step;
  }

  private static void copyBest(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(from)) {
      files = all.filter(file -> String.valueOf(file.getFileName()).startsWith(BEST)).toList();
    }
    for (Path file : files) {
      Files.copy(
          file,
          to.resolve(String.valueOf(file.getFileName())),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
