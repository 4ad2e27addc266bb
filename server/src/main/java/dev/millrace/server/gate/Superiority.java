package dev.millrace.server.gate;

import dev.millrace.server.evaluation.metrics.McNemar;
import dev.millrace.server.evaluation.metrics.PairedDifference;
import java.util.Locale;

/**
 * How a version's accuracy must compare with the champion's, with confidence: a test of
 * non-inferiority by the lower end of Newcombe's paired interval, and, where it is asked for,
 * McNemar's test as well.
 *
 * @param accuracyLoss most accuracy that may be lost, 0..1
 * @param confidence how sure that must be, 0.5 to 0.999
 * @param better whether the version must be better, by more than chance
 */
public record Superiority(double accuracyLoss, double confidence, boolean better) {
  /** What holds when nobody says otherwise: half a percent may be lost. */
  public static final Superiority DEFAULT = new Superiority(0.005, 0.95, false);

  RuleResult notWorse(McNemar test) {
    PairedDifference difference = PairedDifference.of(test, NormalQuantile.of(confidence));
    double worst = -difference.lower();
    boolean passed = worst <= accuracyLoss;
    String words =
        String.format(
            Locale.ROOT,
            "its accuracy is %+.2f points from the champion's, and with %s %% confidence at most"
                + " %.2f points below, %s at most %.2f",
            100 * difference.value(),
            percent(confidence),
            100 * Math.max(0, worst),
            passed ? "which is" : "not",
            100 * accuracyLoss);
    return new RuleResult("champion.accuracy-loss", accuracyLoss, false, worst, passed, words);
  }

  RuleResult better(McNemar test) {
    boolean passed = test.significant() && test.firstOnly() > test.secondOnly();
    return new RuleResult(
        "champion.better",
        McNemar.SIGNIFICANCE,
        false,
        test.pValue(),
        passed,
        (passed ? "it is better than the champion: " : "it is not shown to be better: ")
            + test.summary("it", "the champion"));
  }

  private static String percent(double share) {
    return new java.math.BigDecimal(Double.toString(share))
        .movePointRight(2)
        .stripTrailingZeros()
        .toPlainString();
  }
}
