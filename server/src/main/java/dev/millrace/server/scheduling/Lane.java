package dev.millrace.server.scheduling;

import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.Shape;
import java.util.List;

/**
 * What work must have in common to share a run, and how it does.
 *
 * @param key equal for work that may share a run
 * @param rule how large runs are and when they start
 * @param admission how much of the model's work may wait
 * @param runTime how long runs take
 */
public record Lane(Key key, BatchRule rule, AdmissionSettings admission, RunTime runTime) {
  /**
   * What work must have in common.
   *
   * @param version the version that answers
   * @param signature name of the signature
   * @param outputs names of the outputs
   * @param rowShapes shape of one row of each input, in the order of the inputs' names
   */
  public record Key(
      VersionId version, String signature, List<String> outputs, List<Shape> rowShapes) {}
}
