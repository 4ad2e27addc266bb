package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.LabelledImages;
import org.tensorflow.Operand;
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
    long[] correct = new long[1];
    forEachBatch(examples, graph.correct(), (result, first, size) -> correct[0] += result.getInt());
    return (double) correct[0] / examples.count();
  }

  /** What the examples are taken for. */
  Confusion confusion(LabelledImages examples) {
    Confusion confusion = new Confusion(MnistNetwork.CLASSES);
    forEachBatch(
        examples,
        graph.classes(),
        (classes, first, size) -> {
          for (int i = 0; i < size; i++) {
            confusion.add(examples.label(first + i), classes.getInt(i));
          }
        });
    return confusion;
  }

  /** Takes what the graph says of one batch. */
  private interface BatchReader {
    void read(TInt32 result, int first, int size);
  }

  private void forEachBatch(LabelledImages examples, Operand<TInt32> wanted, BatchReader reader) {
    int whole = examples.count() / BATCH * BATCH;
    if (whole > 0) {
      try (ImageBatch batch = new ImageBatch(BATCH)) {
        for (int first = 0; first < whole; first += BATCH) {
          run(batch, examples, first, wanted, reader);
        }
      }
    }
    if (whole < examples.count()) {
      try (ImageBatch rest = new ImageBatch(examples.count() - whole)) {
        run(rest, examples, whole, wanted, reader);
      }
    }
  }

  private void run(
      ImageBatch batch,
      LabelledImages examples,
      int first,
      Operand<TInt32> wanted,
      BatchReader reader) {
    batch.fill(examples, first);
    try (Result result =
        session
            .runner()
            .feed(graph.images(), batch.images())
            .feed(graph.labels(), batch.labels())
            .fetch(wanted)
            .run()) {
      reader.read((TInt32) result.get(0), first, batch.size());
    }
  }
}
