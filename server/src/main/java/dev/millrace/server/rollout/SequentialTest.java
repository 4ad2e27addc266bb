package dev.millrace.server.rollout;

/**
 * Tells, while events come in, when the rate of the bad among them is above a limit: Page's
 * cumulative sum (Biometrika 41, 1954) of Wald's log-likelihood ratios (Annals of Mathematical
 * Statistics 16, 1945) of a rate at the limit p against one of 2p, or half-way from p to 1 where
 * that is less. The sum never falls below 0, so that what was good before does not hide what is bad
 * now; it is looked at once an interval, and no interval adds more than 0.35 of the threshold, so
 * that it takes three bad ones to cross it.
 *
 * <p>False alarms: as long as each event is bad with a probability of at most p whatever came
 * before, the likelihood ratio since any one interval is a supermartingale that begins at 1, and by
 * Ville's inequality it ever reaches e^h with a probability of at most e^-h. The sum crosses h only
 * if one of these does. With h = ln(intervals / a), all of them together do so with a probability
 * of at most a, {@link #FALSE_ALARMS} here. An event may also be bad in part, from 0 to 1. Not
 * thread-safe.
 */
final class SequentialTest {
  /** Most probability of a false alarm over all intervals. */
  static final double FALSE_ALARMS = 0.001;

  private static final double LEAST_LIMIT = 1e-4;
  private static final double MOST_LIMIT = 0.98;
  private static final double MOST_OF_AN_INTERVAL = 0.35;

  private final double limit;
  private final double ofBad;
  private final double ofGood;
  private final double threshold;
  private double sum;
  private Evidence evidence = Evidence.NONE;

  /**
   * What the sum stands on: all since it was last 0.
   *
   * @param observed events
   * @param bad bad ones
   * @param intervals intervals that had events
   */
  record Evidence(long observed, double bad, int intervals) {
    static final Evidence NONE = new Evidence(0, 0, 0);

    double rate() {
      return observed == 0 ? 0 : bad / observed;
    }
  }

  /**
   * A test at 0.
   *
   * @param limit rate that is still good, taken as from 0.0001 to 0.98
   * @param intervals how many there will be at most, at least 1
   */
  SequentialTest(double limit, long intervals) {
    this.limit = Math.max(LEAST_LIMIT, Math.min(limit, MOST_LIMIT));
    double worse = Math.min(2 * this.limit, (1 + this.limit) / 2);
    ofBad = Math.log(worse / this.limit);
    ofGood = Math.log((1 - worse) / (1 - this.limit));
    threshold = Math.log(intervals / FALSE_ALARMS);
  }

  /** Adds an interval's events; does nothing once the threshold is crossed. */
  void add(long observed, double bad) {
    if (isCrossed() || observed == 0) {
      return;
    }
    double gained = bad * ofBad + (observed - bad) * ofGood;
    sum += Math.min(gained, MOST_OF_AN_INTERVAL * threshold);
    evidence =
        new Evidence(
            evidence.observed() + observed, evidence.bad() + bad, evidence.intervals() + 1);
    if (sum <= 0) {
      sum = 0;
      evidence = Evidence.NONE;
    }
  }

  /** True from the moment at which the rate counts as above the limit. */
  boolean isCrossed() {
    return sum >= threshold;
  }

  double limit() {
    return limit;
  }

  double statistic() {
    return sum;
  }

  double threshold() {
    return threshold;
  }

  Evidence evidence() {
    return evidence;
  }
}
