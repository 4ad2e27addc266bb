package dev.millrace.client;

import java.util.Optional;

/**
 * What was measured.
 *
 * @param dataset name of the dataset
 * @param datasetDigest SHA-256 over its content, in hexadecimal
 * @param split which of its examples: {@code train}, {@code validation} or {@code test}
 * @param examples how many
 * @param version figures of the version
 * @param baseline figures of the version it is compared with; empty without one
 * @param comparison the two on the same examples; empty without a baseline
 */
public record EvaluationReport(
    String dataset,
    String datasetDigest,
    String split,
    long examples,
    VersionReport version,
    Optional<VersionReport> baseline,
    Optional<Comparison> comparison) {

  /**
   * Two versions by McNemar's test of whether they err equally often.
   *
   * @param versionOnly examples that the version alone read rightly
   * @param baselineOnly examples that the baseline alone read rightly
   * @param pValue how probable so great a difference is between equally good versions, 0..1
   * @param method how the p-value was found
   * @param significant true when the p-value is below 0.05
   * @param summary what it means, in a sentence
   */
  public record Comparison(
      long versionOnly,
      long baselineOnly,
      double pValue,
      String method,
      boolean significant,
      String summary) {}
}
