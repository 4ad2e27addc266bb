package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TInt32;

/** Measures a model in training on examples that it does not learn from. */
final class Evaluation {
  private static final int BATCH = 250;

  private final TrainingGraph graph;
  private final Session session;

  Evaluation(TrainingGraph graph, Session session) {
    this.graph = graph;
    this.session = session;
  }

  /** Share of the examples classified rightly, 0..1. */
  double accuracy(LabelledImages examples) {
    long correct = 0;
    int whole = examples.count() / BATCH * BATCH;
    if (whole > 0) {
      try (ImageBatch batch = new ImageBatch(BATCH)) {
        for (int first = 0; first < whole; first += BATCH) {
          batch.fill(examples, first);
          correct += correct(batch);
        }
      }
    }
    if (whole < examples.count()) {
      try (ImageBatch rest = new ImageBatch(examples.count() - whole)) {
        rest.fill(examples, whole);
        correct += correct(rest);
      }
    }
    return (double) correct / examples.count();
  }

  private int correct(ImageBatch batch) {
    try (Result result =
        session
            .runner()
            .feed(graph.images(), batch.images())
            .feed(graph.labels(), batch.labels())
            .fetch(graph.correct())
            .run()) {
      return ((TInt32) result.get(0)).getInt();
    }
  }
}
