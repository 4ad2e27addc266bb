package dev.millrace.server.feedback;

import dev.millrace.server.evaluation.metrics.Share;

/** Counts of one version. Guarded by the lock of {@link ModelFeedback}. */
final class VersionTally {
  private final long version;
  private final Reference reference;
  private final long[] classes;
  private final long[] confidence;
  private long answered;
  private long right;
  private long told;

  VersionTally(long version, Reference reference) {
    this.version = version;
    this.reference = reference;
    this.classes = new long[reference.classes().length];
    this.confidence = new long[reference.confidence().length];
  }

  /** Counts an answer; what its confidence is not known of has NaN. */
  void answered(String label, double probability) {
    answered++;
    int index = label.matches("[0-9]{1,6}") ? Integer.parseInt(label) : -1;
    if (index >= 0 && index < classes.length) {
      classes[index]++;
    }
    if (confidence.length > 0 && probability >= 0 && probability <= 1) {
      int bin = (int) Math.ceil(probability * confidence.length) - 1;
      confidence[Math.max(0, Math.min(confidence.length - 1, bin))]++;
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

  VersionFeedback report() {
    double ks = Drift.ks(reference.confidence(), confidence);
    return new VersionFeedback(
        version,
        answered,
        new Share(right, told),
        Drift.psi(reference.classes(), classes),
        ks,
        Drift.ksPValue(ks, sum(reference.confidence()), sum(confidence)));
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
