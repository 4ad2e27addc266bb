package dev.millrace.server.gate;

/**
 * What a shadow's answers have shown.
 *
 * @param version the version that gets copies
 * @param compared examples on which it was compared with the champion
 * @param agreed those on which both said the same
 * @param requests requests compared
 * @param failed copies that it failed to answer
 */
public record Copies(long version, long compared, long agreed, long requests, long failed) {
  double agreement() {
    return compared == 0 ? 0 : (double) agreed / compared;
  }

  double failureRate() {
    return failed == 0 ? 0 : (double) failed / (requests + failed);
  }
}
