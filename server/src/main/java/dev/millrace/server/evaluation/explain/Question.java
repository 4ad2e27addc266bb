package dev.millrace.server.evaluation.explain;

import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.tensor.TensorData;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which answer is to be explained, and how; what is empty or 0 takes its default.
 *
 * @param request the request that gets the answer, of one example
 * @param input the input whose elements are explained; default the only one
 * @param output the output with a value for each class; default the usual one
 * @param target the class to explain; default the one with the highest score
 * @param method default the best that the version can do
 * @param steps of integrated gradients, 1 to 1000, default 64
 * @param baseline what counts as nothing there; default zeros
 * @param window side of the square that occlusion covers; default a seventh of the smaller side
 */
public record Question(
    InferenceRequest request,
    String input,
    String output,
    OptionalInt target,
    Optional<ExplainMethod> method,
    int steps,
    Optional<TensorData> baseline,
    int window) {}
