package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.Signature;
import java.util.SortedMap;

/**
 * A signature and the graph's names behind it.
 *
 * @param signature what callers see
 * @param feeds graph tensor of each input, such as {@code serve_images:0}
 * @param fetches graph tensor of each output
 */
record BoundSignature(
    Signature signature, SortedMap<String, String> feeds, SortedMap<String, String> fetches) {}
