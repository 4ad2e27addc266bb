package dev.millrace.server.feedback;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.server.feedback.inputs.ExampleSummary;
import dev.millrace.server.feedback.inputs.FeatureHistogram;
import dev.millrace.server.feedback.inputs.InputReference;
import dev.millrace.server.feedback.inputs.NumberSummary;
import dev.millrace.server.tensor.TensorData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Counts how the figures of one version's inputs are spread. Inputs are read and let go; the counts
 * of about ten bins a figure stay, and before a reference is made of requests, the figures of
 * {@link #LEARNED} examples. Thread-safe.
 */
final class InputWatch {
  /** Examples of the first requests that make a reference where the training left none. */
  static final int LEARNED = 500;

  private final AtomicBoolean asked = new AtomicBoolean();
  private final ReadingBudget budget = new ReadingBudget();

  private volatile boolean begun;
  private volatile @Nullable ExampleSummary summary;

  @GuardedBy("this")
  private @Nullable InputReference reference;

  @GuardedBy("this")
  private boolean fromTraining;

  @GuardedBy("this")
  private final List<double[]> first = new ArrayList<>();

  @GuardedBy("this")
  private long[][] counts = new long[0][];

  @GuardedBy("this")
  private long examples;

  /** True once: for whoever shall find the reference and call {@link #begin}. */
  boolean wantsReference() {
    return asked.compareAndSet(false, true);
  }

  /** Counts from now on. */
  synchronized void begin(Optional<InputReference> known) {
    if (known.isPresent()) {
      fromTraining = true;
      compareWith(known.get());
      summary = known.get().summary();
    }
    begun = true;
  }

  /** Reads the examples of a request, as far as there is time for it. */
  void read(Map<String, TensorData> inputs, Instant now) {
    ExampleSummary reader = begun ? reader(inputs) : null;
    if (reader == null) {
      return;
    }
    int count = reader.examples(inputs);
    for (int i = 0; i < count && budget.takes(reader.cost(inputs, i), now); i++) {
      add(reader.figures(inputs, i));
    }
  }

  private @Nullable ExampleSummary reader(Map<String, TensorData> inputs) {
    ExampleSummary known = summary;
    return known == null ? firstReader(inputs) : known;
  }

  /** True once an example has been read. */
  synchronized boolean hasRead() {
    return examples > 0 || !first.isEmpty();
  }

  private synchronized @Nullable ExampleSummary firstReader(Map<String, TensorData> inputs) {
    if (summary == null) {
      summary = NumberSummary.like(inputs).orElse(null);
    }
    return summary;
  }

  private synchronized void add(double[] figures) {
    InputReference known = reference;
    if (known == null) {
      first.add(figures);
      ExampleSummary made = summary;
      if (first.size() >= LEARNED && made != null) {
        compareWith(InputReference.of(made, first));
        first.clear();
      }
      return;
    }
    examples++;
    for (int i = 0; i < figures.length; i++) {
      if (!Double.isNaN(figures[i])) {
        counts[i][known.histograms().get(i).bin(figures[i])]++;
      }
    }
  }

  @GuardedBy("this")
  private void compareWith(InputReference found) {
    reference = found;
    counts =
        found.histograms().stream()
            .map(histogram -> new long[histogram.counts().length])
            .toArray(long[][]::new);
  }

  synchronized InputDrift report() {
    InputReference known = reference;
    if (known == null) {
      return InputDrift.NONE;
    }
    List<FeatureDrift> features = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      FeatureHistogram expected = known.histograms().get(i);
      double ks = Drift.ks(expected.counts(), counts[i]);
      features.add(
          new FeatureDrift(
              expected.feature(),
              Drift.psi(expected.counts(), counts[i]),
              ks,
              Drift.ksPValue(ks, Drift.total(expected.counts()), Drift.total(counts[i]))));
    }
    return new InputDrift(examples, fromTraining, features);
  }
}
