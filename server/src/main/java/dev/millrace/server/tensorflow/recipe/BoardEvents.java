package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.tensorflow.board.EventLog;
import dev.millrace.server.tensorflow.board.Histogram;
import dev.millrace.server.training.TrainingProgress;
import java.util.Map;

/** Tells TensorBoard of a run: the graph, figures and weights at each report, the confusion. */
final class BoardEvents {
  private static final int CELL = 16;

  private final EventLog events;
  private final TrainingRun run;

  BoardEvents(EventLog events, TrainingRun run) {
    this.events = events;
    this.run = run;
    if (events != EventLog.NONE) {
      events.graph(run.graph());
    }
  }

  /** After a report of the run. */
  void report(TrainingProgress report) {
    if (events == EventLog.NONE) {
      return;
    }
    events.scalars(
        report.step(),
        Map.of(
            "loss/train", report.loss(),
            "accuracy/train", report.trainAccuracy(),
            "accuracy/validation", report.validationAccuracy(),
            "speed/examples_per_second", report.examplesPerSecond()));
    run.readWeights((name, values) -> events.histogram(report.step(), name, Histogram.of(values)));
  }

  /**
   * At the end of the run: a row for each class, a column for each answer; the brighter the more.
   */
  void confusion(Confusion confusion) {
    if (events == EventLog.NONE) {
      return;
    }
    int size = MnistNetwork.CLASSES * CELL;
    float[] picture = new float[size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        // By the cube root of the share, since the mistakes of a good model are few.
        picture[y * size + x] = (float) Math.cbrt(confusion.share(y / CELL, x / CELL));
      }
    }
    try (PngEncoder encoder = new PngEncoder(size, size)) {
      events.image(run.step(), "confusion/test", size, size, encoder.encode(picture));
    }
  }
}
