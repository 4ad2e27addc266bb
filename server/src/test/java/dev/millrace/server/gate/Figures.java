package dev.millrace.server.gate;

import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Robustness;
import dev.millrace.server.evaluation.SliceAccuracy;
import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ClassFigures;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.metrics.Latency;
import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import java.util.List;

/** Figures of versions on 1,000 examples, by how many of them they read rightly. */
final class Figures {
  static final ModelName MODEL = new ModelName("m");

  private Figures() {}

  static VersionId version(long number) {
    return new VersionId(MODEL, number);
  }

  static VersionFigures of(long number, long right) {
    double share = right / 1000.0;
    return new VersionFigures(
        version(number),
        "d" + number,
        new Share(right, 1000),
        1 - share,
        List.of(
            new ClassFigures(0, share, share, share, 500),
            new ClassFigures(1, share, share, share - 0.1, 500)),
        new ConfusionMatrix(1, List.of(1000L)),
        new Calibration(0.02, 0.1, List.of()),
        List.of(),
        new Latency(20, 50, 1_000_000 * number, 5_000_000 * number, 100),
        (10L << 20) * number,
        List.of(
            new SliceAccuracy("class", "0", new Share(right / 2, 500)),
            new SliceAccuracy("brightness", "darkest quarter", new Share(right / 5, 250)),
            new SliceAccuracy("class", "9", new Share(0, 0))),
        List.of(
            new Robustness(
                Disturbance.NOISE,
                new Share(right, 1000),
                List.of(new Robustness.Point(0.1, new Share(right - 100, 1000))),
                ""),
            new Robustness(
                Disturbance.FGSM, new Share(0, 0), List.of(), "the version has no gradients")));
  }

  static EvaluationResults first(long right) {
    return new EvaluationResults("data", 1000, 1, 1, of(2, right), null, null);
  }

  /** The two err on different examples as little as they can. */
  static EvaluationResults beside(long right, long championRight) {
    long both = Math.min(right, championRight);
    return new EvaluationResults(
        "data",
        1000,
        1,
        1,
        of(2, right),
        of(1, championRight),
        new McNemar(
            both, right - both, championRight - both, 1000 - Math.max(right, championRight)));
  }
}
