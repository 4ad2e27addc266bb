package dev.millrace.server.tensorflow.inspect;

/**
 * How large a model's graphs may be, all meta graphs together.
 *
 * @param fileBytes size of {@code saved_model.pb}
 * @param nodes nodes of graphs and functions
 * @param functions functions
 * @param callDepth functions that call one another in a chain
 * @param constantBytes what the tensors written in the graphs take once they are unfolded: a few
 *     bytes can stand for one of any size
 */
public record InspectionLimits(
    long fileBytes, int nodes, int functions, int callDepth, long constantBytes) {
  /** What a server takes. */
  public static final InspectionLimits DEFAULT =
      new InspectionLimits(256L << 20, 500_000, 20_000, 64, 2L << 30);
}
