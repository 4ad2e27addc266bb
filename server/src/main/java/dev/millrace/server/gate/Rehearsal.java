package dev.millrace.server.gate;

import java.time.Duration;

/**
 * What a version has to come through before it is the champion, when it goes through shadow and
 * canary.
 *
 * @param shadowShare share of the requests that is copied, above 0 to 1
 * @param shadowExamples examples that must have been compared
 * @param minAgreement least share of them on which the champion said the same, 0 to 1
 * @param canaryShare share of the callers that it answers, above 0 to 1
 * @param canaryRequests requests that it must have answered
 * @param maxErrorRate share of them that may end in an error of the version, 0 to 1
 * @param patience how long each of the two may take; then the version is put aside
 */
public record Rehearsal(
    double shadowShare,
    int shadowExamples,
    double minAgreement,
    double canaryShare,
    int canaryRequests,
    double maxErrorRate,
    Duration patience) {
  /** What holds when nobody says otherwise. */
  public static final Rehearsal DEFAULT =
      new Rehearsal(1, 500, 0.9, 0.1, 500, 0.02, Duration.ofHours(24));
}
