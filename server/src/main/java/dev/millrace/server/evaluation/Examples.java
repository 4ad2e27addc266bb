package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.Dataset;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.TextDataset;
import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.subject.Scorer;
import dev.millrace.server.evaluation.subject.Subject;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import java.util.List;
import java.util.Map;

/** The examples of an evaluation, of whatever kind. Immutable. */
interface Examples {
  /** Those of a split. */
  static Examples of(LabelledDataset dataset, EvaluationSpec spec) {
    if (dataset instanceof Dataset images) {
      return new PictureExamples(new Pictures(spec.split().of(images), spec.batchSize()));
    }
    TextDataset texts = (TextDataset) dataset;
    return new TextExamples(spec.split().of(texts), texts.classes(), spec.batchSize());
  }

  /** Takes the answers of one request. */
  @FunctionalInterface
  interface Taker {
    /**
     * Takes the probabilities of each class, row-major.
     *
     * @param labels the class of each row
     * @param nanos how long the request took
     */
    void take(int[] labels, float[] probabilities, long nanos);
  }

  /** How many there are. */
  int count();

  /** Rows of a picture; 0 where there are none. */
  int height();

  /** Columns of a picture; 0 where there are none. */
  int width();

  /** What the classes are called; empty where they are called by their numbers. */
  List<String> labels();

  /**
   * What a version is asked.
   *
   * @throws dev.millrace.server.model.ServingException SIGNATURE_NOT_FOUND or EVALUATION_UNFIT
   */
  Subject subject(VersionId version, Map<String, Signature> signatures, EvaluationSpec spec);

  /** Asks for the first so many, in order, a batch at a time. */
  void ask(int count, Scorer scorer, Taker taker) throws InterruptedException;

  /** At most so many misread ones, those first that the version was most sure of. */
  List<MisreadExample> misreads(Predictions predictions, int most);

  /** Accuracy on parts of them. */
  List<SliceAccuracy> slices(Predictions predictions);

  /**
   * Accuracy of the first so many under each disturbance that was asked for.
   *
   * @param clean the same examples undisturbed, and maybe more after them
   */
  List<Robustness> robustness(
      EvaluationSpec spec, int count, Scorer scorer, Predictions clean, Tally tally)
      throws InterruptedException;
}
