package dev.millrace.server.tensorflow.recipe;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.dataset.TextDataset;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/** The examples of a split as tensors, of whichever kind they are. Immutable. */
interface TrainableExamples {
  /** How many there are. */
  int count();

  /** The class of one, from 0. */
  int label(int index);

  /** The shape of a batch of so many, with what the examples bring. */
  TensorForm form();

  /** A batch as a tensor, which the caller closes. */
  Tensor batch(int[] indexes);

  /** The three splits of a dataset. */
  record Splits(TrainableExamples train, TrainableExamples validation, TrainableExamples test) {
    /**
     * Those of a dataset.
     *
     * @param asked what the model takes; images are given in its form of them
     */
    static Splits of(LabelledDataset dataset, TensorForm asked) {
      if (dataset instanceof Dataset images) {
        return new Splits(
            new Images(images.train(), asked),
            new Images(images.validation(), asked),
            new Images(images.test(), asked));
      }
      TextDataset texts = (TextDataset) dataset;
      return new Splits(
          new Texts(texts.train()), new Texts(texts.validation()), new Texts(texts.test()));
    }
  }

  /** Grey images as FLOAT32 in 0..1. */
  record Images(LabelledImages images, TensorForm asked) implements TrainableExamples {
    @Override
    public int count() {
      return images.count();
    }

    @Override
    public int label(int index) {
      return images.label(index);
    }

    @Override
    public TensorForm form() {
      return TensorForm.ofImages(images.height(), images.width(), asked);
    }

    @Override
    public Tensor batch(int[] indexes) {
      int size = images.height() * images.width();
      float[] pixels = new float[indexes.length * size];
      for (int i = 0; i < indexes.length; i++) {
        images.copyScaled(indexes[i], pixels, i * size);
      }
      TFloat32 tensor = TFloat32.tensorOf(Shape.of(form().withRows(indexes.length)));
      tensor.asRawTensor().data().asFloats().write(pixels);
      return tensor;
    }
  }

  /** Texts as STRING. */
  record Texts(LabelledTexts texts) implements TrainableExamples {
    @Override
    public int count() {
      return texts.count();
    }

    @Override
    public int label(int index) {
      return texts.label(index);
    }

    @Override
    public TensorForm form() {
      return TensorForm.OF_TEXTS;
    }

    @Override
    public Tensor batch(int[] indexes) {
      String[] chosen = IntStream.of(indexes).mapToObj(texts::text).toArray(String[]::new);
      return TString.tensorOf(Shape.of(chosen.length), DataBuffers.ofObjects(chosen));
    }
  }
}
