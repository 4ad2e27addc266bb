package dev.millrace.server.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The values that rounds gave for one figure. Not thread-safe. */
final class Series {
  private final List<Double> values = new ArrayList<>();

  static Series of(double value) {
    Series series = new Series();
    series.add(value);
    return series;
  }

  void add(double value) {
    values.add(value);
  }

  double median() {
    List<Double> sorted = sorted();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double lowest() {
    return sorted().get(0);
  }

  double highest() {
    return sorted().get(values.size() - 1);
  }

  int rounds() {
    return values.size();
  }

  /** The same values divided by one. */
  Series over(double divisor) {
    Series divided = new Series();
    values.forEach(value -> divided.add(value / divisor));
    return divided;
  }

  private List<Double> sorted() {
    if (values.isEmpty()) {
      throw new IllegalStateException("no round gave a value");
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted;
  }
}
