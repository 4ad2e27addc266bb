package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.Signature;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A signature and the graph's names behind it.
 *
 * @param signature what callers see
 * @param feeds graph tensor of each input, such as {@code serve_images:0}
 * @param fetches graph tensor of each output
 * @param stateChange type of an op by which a run changes the model's state
 */
record BoundSignature(
    Signature signature,
    SortedMap<String, String> feeds,
    SortedMap<String, String> fetches,
    Optional<String> stateChange) {
  /** The input that an output is, unchanged; TensorFlow refuses to give back what it was fed. */
  Optional<String> inputOf(String output) {
    String fetch = fetches.get(output);
    return feeds.entrySet().stream()
        .filter(feed -> feed.getValue().equals(fetch))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
