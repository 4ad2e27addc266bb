package dev.millrace.server.feedback;

import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.Share;
import java.util.Arrays;

/** Counts of one version. Guarded by the lock of {@link ModelFeedback}. */
final class VersionTally {
  private static final int MOST_CLASSES = 1000;

  private final long version;
  private final InputWatch inputs = new InputWatch();
  private final long[] confidence = new long[Calibration.BINS];
  private long[] classes = new long[0];
  private long answered;
  private long right;
  private long told;

  VersionTally(long version) {
    this.version = version;
  }

  /** Has a lock of its own. */
  InputWatch inputs() {
    return inputs;
  }

  /** False while nothing has been counted. */
  boolean isUsed() {
    return answered > 0 || told > 0 || inputs.hasRead();
  }

  /** Counts an answer; what its confidence is not known of has NaN. */
  void answered(String label, double probability) {
    answered++;
    int index = label.matches("[0-9]{1,6}") ? Integer.parseInt(label) : -1;
    if (index >= 0 && index < MOST_CLASSES) {
      if (index >= classes.length) {
        classes = Arrays.copyOf(classes, Math.min(MOST_CLASSES, 2 * index + 10));
      }
      classes[index]++;
    }
    if (probability >= 0 && probability <= 1) {
      confidence[Calibration.bin(probability)]++;
    }
  }

  void told(boolean wasRight) {
    told++;
    right += wasRight ? 1 : 0;
  }

  void untold(boolean wasRight) {
    told--;
    right -= wasRight ? 1 : 0;
  }

  /** The counts beside what the version answered when it was measured. */
  VersionFeedback report(Reference reference) {
    long[] expected = reference.confidence();
    double ks = expected.length == confidence.length ? Drift.ks(expected, confidence) : Double.NaN;
    return new VersionFeedback(
        version,
        answered,
        new Share(right, told),
        Drift.psi(reference.classes(), Arrays.copyOf(classes, reference.classes().length)),
        ks,
        Drift.ksPValue(ks, Drift.total(expected), Drift.total(confidence)),
        inputs.report());
  }
}
