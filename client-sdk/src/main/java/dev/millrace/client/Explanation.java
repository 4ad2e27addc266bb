package dev.millrace.client;

/**
 * Why a version gives an answer.
 *
 * @param version the version, {@code models/mnist/versions/3}
 * @param targetClass the class whose score is explained
 * @param method how, such as {@code INTEGRATED_GRADIENTS}
 * @param attributions what each element of the input adds to the score, FLOAT32, of its shape
 * @param score of the class for the input
 * @param baselineScore of the class for the baseline
 * @param completenessGap sum of the attributions less the difference of the scores
 */
public record Explanation(
    String version,
    int targetClass,
    String method,
    Tensor attributions,
    double score,
    double baselineScore,
    double completenessGap) {}
