package dev.millrace.server.inference.cache;

import dev.millrace.server.tensor.TensorData;
import java.util.Map;

/**
 * An answer that may be given again.
 *
 * @param outputs tensors by name, in memory of their own
 * @param costNanos time of a worker that it took, as estimated
 * @param weight bytes that it takes together with its key
 */
record KeptAnswer(Map<String, TensorData> outputs, long costNanos, int weight) {}
