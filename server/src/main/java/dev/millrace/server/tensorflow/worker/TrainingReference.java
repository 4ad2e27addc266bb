package dev.millrace.server.tensorflow.worker;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.LabelledImages;
import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.feedback.inputs.InputReference;
import dev.millrace.server.feedback.inputs.InputReferenceFile;
import dev.millrace.server.feedback.inputs.PictureSummary;
import dev.millrace.server.feedback.inputs.TrainingTexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes beside a trained model how the examples that it learned from are spread, so that it can be
 * told when those that it is asked about are of another kind. Stateless.
 */
public final class TrainingReference {
  // Of more examples the figures would hardly differ.
  private static final int MOST = 20_000;

  private TrainingReference() {}

  /**
   * Writes the reference of a dataset's training split.
   *
   * @param export the folder of the SavedModel
   */
  public static void write(LabelledDataset dataset, Path export) throws IOException {
    InputReferenceFile.write(of(dataset), export);
  }

  private static InputReference of(LabelledDataset dataset) {
    return dataset instanceof Dataset images
        ? ofImages(images.train())
        : ofTexts(((TextDataset) dataset).train());
  }

  private static InputReference ofImages(LabelledImages images) {
    PictureSummary summary = new PictureSummary(images.height(), images.width());
    float[] scaled = new float[images.height() * images.width()];
    double[] points = new double[scaled.length];
    List<double[]> figures = new ArrayList<>();
    for (int index : sample(images.count())) {
      images.copyScaled(index, scaled, 0);
      for (int i = 0; i < points.length; i++) {
        points[i] = scaled[i];
      }
      figures.add(summary.figures(points));
    }
    return InputReference.of(summary, figures);
  }

  private static InputReference ofTexts(LabelledTexts texts) {
    return TrainingTexts.of(texts.texts(), sample(texts.count()));
  }

  /** Indexes spread evenly over all, for datasets may be sorted. */
  private static int[] sample(int count) {
    int[] indexes = new int[Math.min(count, MOST)];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (int) ((long) i * count / indexes.length);
    }
    return indexes;
  }
}
