package dev.millrace.server.evaluation.explain;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.TensorData;

/**
 * Why a model gives an answer.
 *
 * @param version the version that answered
 * @param signature the signature that is explained
 * @param input the input that is explained
 * @param output the output whose value is explained
 * @param target the class whose score is explained
 * @param method how
 * @param attributions what each element adds to the score, FLOAT32, of the input's shape
 * @param score of the class for the input
 * @param baselineScore of the class for the baseline
 * @param gap sum of the attributions less the difference of the two scores
 * @param steps of integrated gradients; 0 for others
 */
public record Explanation(
    VersionId version,
    String signature,
    String input,
    String output,
    int target,
    ExplainMethod method,
    TensorData attributions,
    double score,
    double baselineScore,
    double gap,
    int steps) {}
