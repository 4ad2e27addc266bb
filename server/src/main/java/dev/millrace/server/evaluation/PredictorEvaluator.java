package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.LogLoss;
import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.evaluation.subject.Pauses;
import dev.millrace.server.evaluation.subject.Scorer;
import dev.millrace.server.evaluation.subject.Subject;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures versions by asking the server's own predictor. Thread-safe. */
public final class PredictorEvaluator implements Evaluator {
  private final Predictor predictor;
  private final VersionAccess versions;
  private final Function<String, ? extends LabelledDataset> datasets;
  private final Pauses pauses;
  private final LongSupplier nanoTime;

  /**
   * An evaluator.
   *
   * @param predictor answers without a cache, so that every request is run
   * @param datasets reads a dataset; throws DATASET_NOT_FOUND or DATASET_INVALID
   * @param pauses lets time pass while the server is overloaded
   */
  public PredictorEvaluator(
      Predictor predictor,
      VersionAccess versions,
      Function<String, ? extends LabelledDataset> datasets,
      Pauses pauses,
      LongSupplier nanoTime) {
    this.predictor = predictor;
    this.versions = versions;
    this.datasets = datasets;
    this.pauses = pauses;
    this.nanoTime = nanoTime;
  }

  @Override
  public EvaluationResults evaluate(EvaluationSpec spec, Caller caller, Progress progress)
      throws InterruptedException {
    LabelledDataset dataset = datasets.apply(spec.dataset());
    Examples examples = Examples.of(dataset, spec);
    int count =
        spec.maxExamples() == 0 ? examples.count() : Math.min(spec.maxExamples(), examples.count());
    int disturbed = Math.min(count, spec.robustnessExamples());
    long ofOne = count;
    for (Disturbance disturbance : spec.disturbances()) {
      ofOne += (long) disturbed * disturbance.strengths().size();
    }
    VersionId baseline = spec.baseline();
    Tally tally = new Tally(progress, ofOne * (baseline == null ? 1 : 2));
    Measured first = measure(spec.version(), spec, caller, examples, count, tally);
    Measured second =
        baseline == null ? null : measure(baseline, spec, caller, examples, count, tally);
    return new EvaluationResults(
        dataset.digest(),
        count,
        examples.height(),
        examples.width(),
        first.figures(),
        second == null ? null : second.figures(),
        comparison(first, second),
        examples.labels());
  }

  private record Measured(Predictions predictions, VersionFigures figures) {}

  private static @Nullable McNemar comparison(Measured first, @Nullable Measured second) {
    return second == null ? null : McNemar.of(first.predictions(), second.predictions());
  }

  private Measured measure(
      VersionId version,
      EvaluationSpec spec,
      Caller caller,
      Examples examples,
      int count,
      Tally tally)
      throws InterruptedException {
    tally.begin("loads " + version.resource());
    try (VersionAccess.Hold hold = versions.hold(version, tally::isCancelled)) {
      Subject subject = examples.subject(version, hold.signatures(), spec);
      Scorer scorer = new Scorer(predictor, subject, caller, tally::isCancelled, pauses, nanoTime);
      tally.begin(version.resource() + " on " + count + " examples");
      Answers answers = new Answers(version, count);
      examples.ask(
          count,
          scorer,
          (labels, probabilities, nanos) -> {
            answers.add(labels, probabilities, nanos);
            tally.add(labels.length);
          });
      Predictions predictions = answers.predictions();
      List<Robustness> robustness =
          examples.robustness(
              spec, Math.min(count, spec.robustnessExamples()), scorer, predictions, tally);
      ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
      return new Measured(
          predictions,
          new VersionFigures(
              version,
              hold.digest(),
              predictions.accuracy(),
              LogLoss.of(predictions),
              ClassFigures.of(confusion),
              confusion,
              Calibration.of(predictions),
              examples.misreads(predictions, spec.maxMisread()),
              answers.latency(spec.batchSize()),
              hold.memoryBytes(),
              examples.slices(predictions),
              robustness));
    }
  }

  /** The answers of one version, as they come. */
  private static final class Answers {
    private final VersionId version;
    private final int count;
    private final List<Long> nanos = new ArrayList<>();
    private @Nullable Predictions predictions;

    Answers(VersionId version, int count) {
      this.version = version;
      this.count = count;
    }

    void add(int[] labels, float[] probabilities, long took) {
      int classes = probabilities.length / labels.length;
      Predictions all = predictions == null ? new Predictions(classes, count) : predictions;
      predictions = all;
      int highest = Arrays.stream(labels).max().orElse(0);
      if (classes != all.classes() || highest >= classes) {
        throw new ServingException(
            ErrorReason.EVALUATION_UNFIT,
            version
                + " cannot be measured on this dataset: it tells "
                + classes
                + " classes, and there is an example of class "
                + highest,
            Map.of("model", version.model().id(), "version", Long.toString(version.number())));
      }
      for (int i = 0; i < labels.length; i++) {
        all.add(labels[i], probabilities, i * classes);
      }
      nanos.add(took);
    }

    Predictions predictions() {
      if (predictions == null) {
        throw new ServingException(ErrorReason.EVALUATION_UNFIT, "the split has no examples");
      }
      return predictions;
    }

    Latency latency(int batchSize) {
      return Latency.of(
          nanos.stream().mapToLong(Long::longValue).toArray(), batchSize, predictions().count());
    }
  }
}
