package dev.millrace.server.evaluation;

import dev.millrace.server.dataset.LabelledTexts;
import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.evaluation.subject.Scorer;
import dev.millrace.server.evaluation.subject.Subject;
import dev.millrace.server.evaluation.subject.TextInput;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Texts. Their slices are by class, by the dataset's further columns, and by quarters of length.
 */
record TextExamples(LabelledTexts texts, List<String> labels, int batchSize) implements Examples {
  /** Most values of a column that are told apart. */
  private static final int MOST_VALUES = 50;

  private static final List<String> QUARTERS =
      List.of("shortest quarter", "shorter quarter", "longer quarter", "longest quarter");

  @Override
  public int count() {
    return texts.count();
  }

  @Override
  public int height() {
    return 0;
  }

  @Override
  public int width() {
    return 0;
  }

  @Override
  public Subject subject(
      VersionId version, Map<String, Signature> signatures, EvaluationSpec spec) {
    return Subject.ofTexts(version, signatures, spec.signature(), spec.input(), spec.output());
  }

  @Override
  public void ask(int count, Scorer scorer, Taker taker) throws InterruptedException {
    for (int first = 0; first < count; first += batchSize) {
      int last = Math.min(first + batchSize, count);
      int[] classes = IntStream.range(first, last).map(texts::label).toArray();
      Scorer.Scores scores =
          scorer.timed(
              TextInput.encode(texts.texts().subList(first, last)), classes.length, labels);
      taker.take(classes, scores.probabilities(), scores.nanos());
    }
  }

  @Override
  public List<MisreadExample> misreads(Predictions predictions, int most) {
    return Misreads.of(predictions, texts::text, index -> ByteBuffer.allocate(0), most);
  }

  @Override
  public List<SliceAccuracy> slices(Predictions predictions) {
    List<SliceAccuracy> slices = new ArrayList<>();
    for (int label = 0; label < labels.size(); label++) {
      int wanted = label;
      add(slices, "class", labels.get(label), predictions, i -> texts.label(i) == wanted);
    }
    texts
        .columns()
        .forEach(
            (column, values) ->
                new TreeSet<>(values.subList(0, predictions.count()))
                    .stream()
                        .limit(MOST_VALUES)
                        .forEach(
                            value ->
                                add(
                                    slices,
                                    column,
                                    value,
                                    predictions,
                                    i -> values.get(i).equals(value))));
    int[] byLength =
        IntStream.range(0, predictions.count())
            .boxed()
            .sorted(Comparator.comparingInt(i -> texts.text(i).length()))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int quarter = 0; quarter < QUARTERS.size(); quarter++) {
      int from = (int) ((long) byLength.length * quarter / QUARTERS.size());
      int to = (int) ((long) byLength.length * (quarter + 1) / QUARTERS.size());
      long right = IntStream.range(from, to).filter(i -> predictions.isRight(byLength[i])).count();
      slices.add(new SliceAccuracy("length", QUARTERS.get(quarter), new Share(right, to - from)));
    }
    return slices;
  }

  private static void add(
      List<SliceAccuracy> slices,
      String by,
      String value,
      Predictions predictions,
      IntPredicate member) {
    int[] members = IntStream.range(0, predictions.count()).filter(member).toArray();
    long right = IntStream.of(members).filter(predictions::isRight).count();
    slices.add(new SliceAccuracy(by, value, new Share(right, members.length)));
  }

  @Override
  public List<Robustness> robustness(
      EvaluationSpec spec, int count, Scorer scorer, Predictions clean, Tally tally) {
    Share undisturbed = new Share(IntStream.range(0, count).filter(clean::isRight).count(), count);
    List<Robustness> robustness = new ArrayList<>();
    for (Disturbance disturbance : spec.disturbances()) {
      tally.add((long) count * disturbance.strengths().size());
      robustness.add(
          new Robustness(
              disturbance, undisturbed, List.of(), "this disturbs pictures, and these are texts"));
    }
    return robustness;
  }
}
