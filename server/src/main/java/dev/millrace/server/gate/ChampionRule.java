package dev.millrace.server.gate;

import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Robustness;
import dev.millrace.server.evaluation.SliceAccuracy;
import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much worse than the champion a version may be, both measured on the same examples. Figures
 * are compared as they are, without regard to chance; {@link Superiority} minds that for the
 * accuracy.
 */
public enum ChampionRule {
  /** Most accuracy that may be lost on any slice. */
  SLICE_ACCURACY_LOSS {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      Map<String, Share> before =
          champion.slices().stream()
              .collect(Collectors.toMap(Slices::name, SliceAccuracy::accuracy, (a, b) -> a));
      List<Measured> losses = new ArrayList<>();
      for (SliceAccuracy slice : version.slices()) {
        Share share = before.get(Slices.name(slice));
        if (share != null && share.of() > 0) {
          losses.add(new Measured(Slices.name(slice), share.value() - slice.accuracy().value()));
        }
      }
      return losses;
    }
  },
  /** Most mean accuracy that may be lost under any disturbance. */
  ROBUSTNESS_LOSS {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      List<Measured> losses = new ArrayList<>();
      for (Robustness one : version.robustness()) {
        for (Robustness other : champion.robustness()) {
          if (one.disturbance() == other.disturbance() && other.skipped().isEmpty()) {
            losses.add(
                new Measured(
                    one.disturbance().name().toLowerCase(Locale.ROOT), other.mean() - one.mean()));
          }
        }
      }
      return losses;
    }
  },
  /** Most that the log loss may rise. */
  LOG_LOSS_RISE {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      return List.of(new Measured("", version.logLoss() - champion.logLoss()));
    }
  },
  /** Most that the expected calibration error may rise. */
  CALIBRATION_ERROR_RISE {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      return List.of(
          new Measured(
              "", version.calibration().expectedError() - champion.calibration().expectedError()));
    }
  },
  /** Most times the champion's median latency. */
  LATENCY_RATIO {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      return ratio(version.latency().p50Nanos(), champion.latency().p50Nanos());
    }
  },
  /** Most times the champion's memory. */
  MEMORY_RATIO {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      return ratio(version.memoryBytes(), champion.memoryBytes());
    }
  },
  /** Most times the size of the champion's files. */
  SIZE_RATIO {
    @Override
    List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes) {
      return ratio(sizes[0], sizes[1]);
    }
  };

  abstract List<Measured> measure(VersionFigures version, VersionFigures champion, long[] sizes);

  /** As policies write it, such as {@code log-loss-rise}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether a version passes.
   *
   * @param sizes bytes of the version's files, and of the champion's
   */
  RuleResult judge(double most, EvaluationResults results, long[] sizes) {
    VersionFigures champion = results.baseline();
    return champion == null
        ? RuleResult.notMeasured("champion." + key(), false, most, "was not measured")
        : RuleResult.worst(
            "champion." + key(), false, most, measure(results.version(), champion, sizes));
  }

  private static List<Measured> ratio(long one, long other) {
    return one <= 0 || other <= 0 ? List.of() : List.of(new Measured("", (double) one / other));
  }
}
