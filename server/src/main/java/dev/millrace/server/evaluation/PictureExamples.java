package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.metrics.Predictions;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.evaluation.subject.Scorer;
import dev.millrace.server.evaluation.subject.Subject;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Grey pictures of one size. */
record PictureExamples(Pictures pictures) implements Examples {
  @Override
  public int count() {
    return pictures.images().count();
  }

  @Override
  public int height() {
    return pictures.images().height();
  }

  @Override
  public int width() {
    return pictures.images().width();
  }

  @Override
  public List<String> labels() {
    return List.of();
  }

  @Override
  public Subject subject(
      VersionId version, Map<String, Signature> signatures, EvaluationSpec spec) {
    return Subject.of(
        version, signatures, spec.signature(), spec.input(), spec.output(), height(), width());
  }

  @Override
  public void ask(int count, Scorer scorer, Taker taker) throws InterruptedException {
    pictures.forEachBatch(
        count,
        (at, pixels, labels) -> {
          Scorer.Scores scores = scorer.timed(pixels, labels.length);
          taker.take(labels, scores.probabilities(), scores.nanos());
        });
  }

  @Override
  public List<MisreadExample> misreads(Predictions predictions, int most) {
    return Misreads.of(predictions, index -> "", pictures::bytes, most);
  }

  @Override
  public List<SliceAccuracy> slices(Predictions predictions) {
    return Slices.of(predictions, pictures::picture);
  }

  @Override
  public List<Robustness> robustness(
      EvaluationSpec spec, int count, Scorer scorer, Predictions clean, Tally tally)
      throws InterruptedException {
    RobustnessTrial trial = new RobustnessTrial(scorer, pictures, count, spec.seed(), tally);
    List<Robustness> robustness = new ArrayList<>();
    for (Disturbance disturbance : spec.disturbances()) {
      robustness.add(trial.run(disturbance, clean));
    }
    return robustness;
  }
}
