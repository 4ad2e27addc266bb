package dev.millrace.server.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.evaluation.EvaluationResults;
import org.junit.jupiter.api.Test;

class DecisionTest {
  private static final long[] SIZES = {20L << 20, 10L << 20};

  @Test
  void decide_aFirstVersionWithoutBars_passes() {
    Decision decision = decide("", Figures.first(100));
    assertThat(decision.passed()).isTrue();
    assertThat(decision.rules()).isEmpty();
    assertThat(decision.summary()).startsWith("passed: nothing is asked of it");
  }

  @Test
  void decide_bars_holdEachFigureAndNameTheWorst() {
    String policy =
        """
        bars: {accuracy: 0.9, log-loss: 0.06, calibration-error: 0.02, macro-f1: 0.89, class-f1: 0.9,
          slice-accuracy: 0.9, p99-latency-ms: 9, memory-mib: 20, size-mib: 19.5, accuracy-lower-bound: 0.94}
        """;
    Decision decision = decide(policy, Figures.first(950));
    assertThat(decision.passed()).isFalse();
    assertThat(decision.rules())
        .filteredOn(rule -> !rule.passed())
        .extracting(RuleResult::words)
        .containsExactly(
            "accuracy lower bound is 0.9347, not at least 0.9400",
            "class f1 of class 1 is 0.8500, not at least 0.9000",
            "slice accuracy of darkest quarter is 0.7600, not at least 0.9000",
            "p99 latency ms is 10.0, not at most 9.0000",
            "size mib is 20.0, not at most 19.5");
    assertThat(decision.rules())
        .filteredOn(RuleResult::passed)
        .extracting(RuleResult::rule)
        .containsExactly(
            "bars.accuracy",
            "bars.log-loss",
            "bars.calibration-error",
            "bars.macro-f1",
            "bars.memory-mib");
    assertThat(decision.summary()).startsWith("fell short: accuracy lower bound is");
    assertThat(decision.evidence()).hasSize(10).containsKey("bars.size-mib");
  }

  @Test
  void decide_robustness_isHeldAndWhatWasNotMeasuredFallsShort() {
    Decision decision =
        decide("robustness: {noise: 0.84, fgsm: 0.1, blur: 0.1}", Figures.first(950));
    assertThat(decision.rules())
        .extracting(RuleResult::words)
        .containsExactly(
            "noise is 0.8500, at least 0.8400",
            "blur was not measured",
            "fgsm was not measured: the version has no gradients");
    assertThat(decision.passed()).isFalse();
  }

  @Test
  void decide_besideAChampion_passesOnlyWhatIsSurelyNotMuchWorse() {
    assertThat(decide("", Figures.beside(960, 950)).passed()).isTrue();
    assertThat(decide("", Figures.beside(950, 950)).passed()).isTrue();
    // A point worse on 1,000 examples cannot be told from half a point with confidence.
    assertThat(decide("", Figures.beside(947, 950)).passed()).isFalse();
    assertThat(decide("champion: {accuracy-loss: 0.01}", Figures.beside(947, 950)).passed())
        .isTrue();
    Decision worse = decide("", Figures.beside(900, 950));
    assertThat(worse.passed()).isFalse();
    assertThat(worse.summary())
        .startsWith("fell short: its accuracy is -5.00 points from the champion's, and with 95 %")
        .endsWith("not at most 0.50");
  }

  @Test
  void decide_moreConfidence_asksForMoreEvidence() {
    assertThat(decide("champion: {confidence: 0.6}", Figures.beside(948, 950)).passed()).isTrue();
    assertThat(decide("champion: {confidence: 0.999}", Figures.beside(948, 950)).passed())
        .isFalse();
  }

  @Test
  void decide_mustBeBetter_takesMcNemarsWord() {
    assertThat(decide("champion: {better: true}", Figures.beside(952, 950)).passed()).isFalse();
    assertThat(decide("champion: {better: true}", Figures.beside(970, 950)).passed()).isTrue();
  }

  @Test
  void decide_championRules_compareEachFigure() {
    String policy =
        """
        robustness: {noise: 0}
        champion: {accuracy-loss: 1, slice-accuracy-loss: 0.009, robustness-loss: 0.02, log-loss-rise: 0.005,
          calibration-error-rise: 0, latency-ratio: 1.5, memory-ratio: 2, size-ratio: 1.9}
        """;
    Decision decision = decide(policy, Figures.beside(940, 950));
    assertThat(decision.rules())
        .filteredOn(rule -> !rule.passed())
        .extracting(RuleResult::rule)
        .containsExactly(
            "champion.slice-accuracy-loss",
            "champion.log-loss-rise",
            "champion.latency-ratio",
            "champion.size-ratio");
    assertThat(decision.rules())
        .filteredOn(RuleResult::passed)
        .extracting(RuleResult::rule)
        .containsExactly(
            "robustness.noise",
            "champion.accuracy-loss",
            "champion.robustness-loss",
            "champion.calibration-error-rise",
            "champion.memory-ratio");
  }

  @Test
  void decide_sizesThatAreNotKnown_fallShort() {
    Decision decision =
        Decision.of(
            PolicyFile.parse("bars: {size-mib: 100}\nchampion: {size-ratio: 10}"),
            Figures.beside(950, 950),
            new long[] {0, 0});
    assertThat(decision.rules())
        .filteredOn(rule -> !rule.passed())
        .extracting(RuleResult::words)
        .containsExactly("size mib was not measured", "size ratio was not measured");
  }

  private static Decision decide(String policy, EvaluationResults results) {
    return Decision.of(PolicyFile.parse(policy), results, SIZES);
  }
}
