package dev.millrace.server.bench;

import java.util.Locale;

/**
 * A figure of a run.
 *
 * @param scenario what was done
 * @param name what was measured
 * @param unit its unit; empty for a ratio
 * @param series the value of each round
 * @param bar what it is held against
 */
record Figure(String scenario, String name, String unit, Series series, Bar bar) {
  /** What a figure is held against. */
  record Bar(Sense sense, double limit) {
    static final Bar NONE = new Bar(Sense.NONE, 0);

    static Bar atMost(double limit) {
      return new Bar(Sense.AT_MOST, limit);
    }

    static Bar atLeast(double limit) {
      return new Bar(Sense.AT_LEAST, limit);
    }

    boolean holds(double value) {
      return switch (sense) {
        case NONE -> true;
        case AT_MOST -> value <= limit;
        case AT_LEAST -> value >= limit;
      };
    }

    @Override
    public String toString() {
      return switch (sense) {
        case NONE -> "";
        case AT_MOST -> "at most " + shortest(limit);
        case AT_LEAST -> "at least " + shortest(limit);
      };
    }
  }

  /** In which direction better lies. */
  enum Sense {
    NONE,
    AT_MOST,
    AT_LEAST
  }

  /** True when the median keeps to the bar. */
  boolean holds() {
    return bar.holds(series.median());
  }

  /** The median with its unit, and the range where there was more than one round. */
  String text() {
    String median = shortest(series.median()) + (unit.isEmpty() ? "" : " " + unit);
    return series.rounds() == 1
        ? median
        : median + " (" + shortest(series.lowest()) + ".." + shortest(series.highest()) + ")";
  }

  /** Three digits that say something, and no more. */
  static String shortest(double value) {
    double size = Math.abs(value);
    if (size == Math.rint(size) && size < 1e15) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }
}
