package dev.millrace.server.evaluation.explain;

/** A way to explain an answer. */
public enum ExplainMethod {
  /** M. Sundararajan, A. Taly and Q. Yan, Axiomatic attribution for deep networks, 2017. */
  INTEGRATED_GRADIENTS,
  /**
   * The gradient at the input: K. Simonyan, A. Vedaldi and A. Zisserman, Deep inside convolutional
   * networks, 2014.
   */
  SALIENCY,
  /** M. D. Zeiler and R. Fergus, Visualizing and understanding convolutional networks, 2014. */
  OCCLUSION;

  boolean needsGradients() {
    return this != OCCLUSION;
  }
}
