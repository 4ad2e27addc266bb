package dev.millrace.server.feedback.inputs;

import dev.millrace.server.tensor.TensorData;
import java.util.List;
import java.util.Map;

/**
 * A few figures of each example of a request, from which the example cannot be told. Immutable;
 * keeps nothing of what it reads.
 */
public sealed interface ExampleSummary permits PictureSummary, TextSummary, NumberSummary {
  /** What the figures are. */
  List<String> features();

  /** How many examples a request has; 0 for one of another form. */
  int examples(Map<String, TensorData> inputs);

  /** Numbers, or bytes of text, that are read for the figures of an example. */
  long cost(Map<String, TensorData> inputs, int example);

  /** A figure for each feature; NaN for one that the example does not have. */
  double[] figures(Map<String, TensorData> inputs, int example);
}
