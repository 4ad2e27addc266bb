package dev.millrace.server.gateway.tfserving;

import dev.millrace.proto.tensorflow.TensorProto;
import java.util.Map;

/**
 * The body of a Predict call.
 *
 * @param signature the signature that it names; empty for the default one
 * @param inputs its tensors by their names in the signature
 * @param rows true when it has {@code instances}, so that the answer has {@code predictions}
 */
record PredictBody(String signature, Map<String, TensorProto> inputs, boolean rows) {}
