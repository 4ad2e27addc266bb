package dev.millrace.server.evaluation;

import dev.millrace.server.evaluation.robustness.Disturbance;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a caller wants to have measured; what is empty or 0 takes its default.
 *
 * @param model the version to measure
 * @param baseline the version to compare it with; empty for none
 * @param dataset default {@code mnist}
 * @param split default test
 * @param maxExamples default 0, all
 * @param signature default {@code serving_default}
 * @param input default the only one
 * @param output default the usual one
 * @param batchSize 1 to 1000, default 50
 * @param disturbances default none
 * @param robustnessExamples default 1000
 * @param seed default 42
 * @param maxMisread 0 to 500, default 50
 */
public record EvaluationOrder(
    ModelReference model,
    Optional<ModelReference> baseline,
    String dataset,
    Optional<DatasetSplit> split,
    int maxExamples,
    String signature,
    String input,
    String output,
    int batchSize,
    List<Disturbance> disturbances,
    int robustnessExamples,
    OptionalLong seed,
    OptionalInt maxMisread) {
  private static final int DEFAULT_BATCH = 50;
  private static final int LARGEST_BATCH = 1000;
  private static final int DEFAULT_ROBUSTNESS = 1000;
  private static final int DEFAULT_MISREAD = 50;
  private static final int MOST_MISREAD = 500;
  private static final long DEFAULT_SEED = 42;

  /** An order of one version on the test split of {@code mnist}. */
  public static EvaluationOrder of(ModelReference model) {
    return new EvaluationOrder(
        model,
        Optional.empty(),
        "",
        Optional.empty(),
        0,
        "",
        "",
        "",
        0,
        List.of(),
        0,
        OptionalLong.empty(),
        OptionalInt.empty());
  }

  /**
   * Fills in every default.
   *
   * @throws ServingException PARAMETER_INVALID with each field that is out of range;
   *     MODEL_NOT_FOUND, VERSION_NOT_FOUND or LABEL_NOT_FOUND
   */
  EvaluationSpec resolve(VersionAccess versions) {
    List<FieldViolation> violations = new ArrayList<>();
    require("max_examples", maxExamples, 0, Integer.MAX_VALUE, violations);
    require("batch_size", batchSize, 0, LARGEST_BATCH, violations);
    require("robustness_examples", robustnessExamples, 0, Integer.MAX_VALUE, violations);
    require("max_misread", maxMisread.orElse(0), 0, MOST_MISREAD, violations);
    if (!violations.isEmpty()) {
      throw ServingException.ofViolations(violations);
    }
    return new EvaluationSpec(
        versions.resolve(model),
        baseline.map(versions::resolve).orElse(null),
        dataset.isEmpty() ? "mnist" : dataset,
        split.orElse(DatasetSplit.TEST),
        maxExamples,
        signature.isEmpty() ? Signature.DEFAULT_NAME : signature,
        input,
        output,
        batchSize == 0 ? DEFAULT_BATCH : batchSize,
        List.copyOf(new LinkedHashSet<>(disturbances)),
        robustnessExamples == 0 ? DEFAULT_ROBUSTNESS : robustnessExamples,
        seed.orElse(DEFAULT_SEED),
        maxMisread.orElse(DEFAULT_MISREAD));
  }

  private static void require(
      String field, int value, int least, int most, List<FieldViolation> violations) {
    if (value < least || value > most) {
      violations.add(
          new FieldViolation(
              "spec." + field,
              ErrorReason.PARAMETER_INVALID,
              "expected "
                  + least
                  + (most == Integer.MAX_VALUE ? " or more" : " to " + most)
                  + ", got "
                  + value));
    }
  }
}
