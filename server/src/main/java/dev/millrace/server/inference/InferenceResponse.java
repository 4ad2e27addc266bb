package dev.millrace.server.inference;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;

/**
 * A model's answer.
 *
 * @param version the version that answered
 * @param signature the signature that ran
 * @param outputs tensors by name
 */
public record InferenceResponse(
    VersionId version, String signature, Map<String, TensorData> outputs) {}
