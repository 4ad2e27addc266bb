package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * A SavedModel under training by its own signatures. Not safe for use by many threads; closed by
 * whoever made it.
 */
final class TrainableModel implements AutoCloseable {
  private static final int BATCH = 250;

  private final SavedModelBundle bundle;
  private final Session session;
  private final TrainableSignatures signatures;

  /**
   * Loads it.
   *
   * @throws ServingException PARENT_UNFIT if it cannot be trained further
   */
  TrainableModel(Path savedModel) {
    bundle = SavedModelBundle.load(savedModel.toString(), ServingGraph.TAG);
    try {
      session = bundle.session();
      signatures = TrainableSignatures.of(bundle.metaGraphDef());
      if (bundle.metaGraphDef().getSaverDef().getSaveTensorName().isEmpty()) {
        throw TrainableSignatures.unfit("it has no variables");
      }
    } catch (RuntimeException | Error failed) {
      bundle.close();
      throw failed;
    }
  }

  /** What it takes as examples. */
  TensorForm asked() {
    return TensorForm.of(signatures.x());
  }

  /**
   * Holds examples against what the signatures take, because a tensor of another rank can end the
   * process.
   *
   * @param classes how many classes the examples have
   * @throws ServingException PARENT_UNFIT
   */
  void requireFit(TrainableExamples examples, int batchSize, int classes) {
    require(signatures.x(), examples.form(), batchSize, "train", "x");
    require(signatures.asked(), examples.form(), 2, "infer", "x");
    TensorForm y = TensorForm.of(signatures.y());
    boolean oneHot =
        y.takes(new TensorForm(DataType.DT_FLOAT, List.of(-1L, (long) classes)), batchSize);
    boolean whole =
        y.sizes().size() == 1
            && (y.dtype() == DataType.DT_INT32 || y.dtype() == DataType.DT_INT64)
            && (y.sizes().get(0) < 0 || y.sizes().get(0) == batchSize);
    if (!oneHot && !whole) {
      throw TrainableSignatures.unfit(
          "input 'y' of signature 'train' is "
              + y
              + ", not FLOAT32 of [batch, "
              + classes
              + "], INT32 or INT64 of [batch]");
    }
  }

  private static void require(
      TensorInfo input, TensorForm given, int rows, String signature, String name) {
    TensorForm taken = TensorForm.of(input);
    if (!taken.takes(given, rows)) {
      throw TrainableSignatures.unfit(
          "input '"
              + name
              + "' of signature '"
              + signature
              + "' is "
              + taken
              + "; the dataset gives "
              + given
              + " in batches of "
              + rows);
    }
  }

  /**
   * Learns from a batch.
   *
   * @return its loss
   * @throws ServingException TRAINING_FAILED if the loss is no number any more
   */
  float step(TrainableExamples examples, int[] indexes, int classes, long step) {
    try (Tensor x = examples.batch(indexes);
        Tensor y = labels(examples, indexes, classes);
        Result result =
            session
                .runner()
                .feed(signatures.x().getName(), x)
                .feed(signatures.y().getName(), y)
                .fetch(signatures.loss().getName())
                .run()) {
      TFloat32 losses = (TFloat32) result.get(0);
      float loss = 0;
      for (var each : losses.scalars()) {
        loss += each.getFloat() / losses.size();
      }
      if (!Float.isFinite(loss)) {
        throw new ServingException(
            ErrorReason.TRAINING_FAILED,
            String.format(
                Locale.ROOT,
                "the loss is %s at step %d; the model's own learning rate may be too high",
                loss,
                step));
      }
      return loss;
    }
  }

  private Tensor labels(TrainableExamples examples, int[] indexes, int classes) {
    int[] labels = IntStream.of(indexes).map(examples::label).toArray();
    return switch (signatures.y().getDtype()) {
      case DT_INT32 -> TInt32.tensorOf(StdArrays.ndCopyOf(labels));
      case DT_INT64 ->
          TInt64.tensorOf(
              StdArrays.ndCopyOf(IntStream.of(labels).mapToLong(each -> each).toArray()));
      default -> {
        float[] ones = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
          ones[i * classes + labels[i]] = 1;
        }
        TFloat32 tensor = TFloat32.tensorOf(Shape.of(labels.length, classes));
        tensor.asRawTensor().data().asFloats().write(ones);
        yield tensor;
      }
    };
  }

  /** Share of the examples classified rightly, 0..1. */
  double accuracy(TrainableExamples examples, int classes) {
    long right = 0;
    for (int first = 0; first < examples.count(); first += BATCH) {
      int[] members = IntStream.range(first, Math.min(first + BATCH, examples.count())).toArray();
      try (Tensor x = examples.batch(members);
          Result result =
              session
                  .runner()
                  .feed(signatures.asked().getName(), x)
                  .fetch(signatures.scores().getName())
                  .run()) {
        TFloat32 scores = (TFloat32) result.get(0);
        if (scores.shape().numDimensions() != 2
            || scores.shape().get(0) != members.length
            || scores.shape().get(1) < classes) {
          throw TrainableSignatures.unfit(
              "signature 'infer' gives " + scores.shape() + ", not [batch, " + classes + "]");
        }
        float[] values = new float[(int) scores.size()];
        scores.asRawTensor().data().asFloats().read(values);
        right += right(examples, members, values);
      }
    }
    return (double) right / examples.count();
  }

  private static long right(TrainableExamples examples, int[] members, float[] values) {
    int width = values.length / members.length;
    long right = 0;
    for (int i = 0; i < members.length; i++) {
      int best = 0;
      for (int c = 1; c < width; c++) {
        best = values[i * width + c] > values[i * width + best] ? c : best;
      }
      right += best == examples.label(members[i]) ? 1 : 0;
    }
    return right;
  }

  /** Keeps the model's state by its own signature. */
  void save(Path file) {
    keep(signatures.save(), file);
  }

  /** Goes back to a state that was kept. */
  void restore(Path file) {
    keep(signatures.restore(), file);
  }

  private void keep(TrainableSignatures.Keeping how, Path file) {
    try (TString path = TString.scalarOf(file.toString())) {
      session.runner().feed(how.path().getName(), path).fetch(how.done().getName()).run().close();
    }
  }

  /**
   * Writes all variables as those of a SavedModel.
   *
   * @param prefix such as {@code variables/variables} in its folder
   */
  void writeVariables(Path prefix) {
    SaverDef saver = bundle.metaGraphDef().getSaverDef();
    try (TString path = TString.scalarOf(prefix.toString())) {
      session
          .runner()
          .feed(saver.getFilenameTensorName(), path)
          .fetch(saver.getSaveTensorName())
          .run()
          .close();
    }
  }

  /** Goes back to variables that {@link #writeVariables} wrote. */
  void readVariables(Path prefix) {
    SaverDef saver = bundle.metaGraphDef().getSaverDef();
    try (TString path = TString.scalarOf(prefix.toString())) {
      session
          .runner()
          .feed(saver.getFilenameTensorName(), path)
          .addTarget(saver.getRestoreOpName())
          .run()
          .close();
    }
  }

  @Override
  public void close() {
    bundle.close();
  }
}
