package dev.millrace.server.feedback.inputs;

import java.util.ArrayList;
import java.util.List;

/**
 * How the examples of a training are spread, by a few figures of each. Immutable.
 *
 * @param summary makes the figures
 * @param histograms one a figure, in the summary's order
 */
public record InputReference(ExampleSummary summary, List<FeatureHistogram> histograms) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the histograms are not of the summary's features
   */
  public InputReference {
    histograms = List.copyOf(histograms);
    if (!histograms.stream().map(FeatureHistogram::feature).toList().equals(summary.features())) {
      throw new IllegalArgumentException("the histograms are not of " + summary.features());
    }
  }

  /**
   * The reference of examples.
   *
   * @param figures what the summary tells of each
   */
  public static InputReference of(ExampleSummary summary, List<double[]> figures) {
    List<String> features = summary.features();
    List<FeatureHistogram> histograms = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      int feature = i;
      histograms.add(
          FeatureHistogram.ofDeciles(
              features.get(i), figures.stream().mapToDouble(one -> one[feature]).toArray()));
    }
    return new InputReference(summary, histograms);
  }
}
