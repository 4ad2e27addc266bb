package dev.millrace.server.tensorflow.recipe;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a run of {@code mnist-cnn} needs to go on: the graph's variables (weights, Adam's
 * moments, averages, step), the figures so far, and where validation was best. The order of
 * examples, dropout and distortion follow from the seed and the step.
 */
final class RunState {
  private static final String VARIABLES = "variables";
  private static final String FIGURES = "figures.json";

  private final TrainingRun run;
  private final EarlyStopping stopping;
  private final Map<String, Double> metrics;
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * The state of a run.
   *
   * @param metrics figures so far; filled in when the run goes on
   */
  RunState(TrainingRun run, EarlyStopping stopping, Map<String, Double> metrics) {
    this.run = run;
    this.stopping = stopping;
    this.metrics = metrics;
  }

  /** {@link Checkpoints.StateWriter}. */
  void write(Path folder) throws IOException {
    run.save(new Checkpoint(folder.resolve(VARIABLES)));
    Map<String, Double> figures = new TreeMap<>(metrics);
    stopping.write(folder, figures);
    json.writeValue(folder.resolve(FIGURES).toFile(), figures);
  }

  /** {@link Checkpoints.StateReader}. */
  long read(Path folder) throws IOException {
    Map<String, Double> figures =
        json.readValue(folder.resolve(FIGURES).toFile(), new TypeReference<>() {});
    run.restoreOrBegin(new Checkpoint(folder.resolve(VARIABLES)));
    stopping.read(folder, figures);
    metrics.clear();
    metrics.putAll(figures);
    return run.step();
  }
}
