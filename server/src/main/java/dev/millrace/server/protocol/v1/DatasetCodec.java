package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetFacts;
import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.Dataset;
import java.util.List;
import java.util.Locale;

/** Datasets as messages. Stateless. */
final class DatasetCodec {
  private static final String DATASETS = "datasets/";

  private DatasetCodec() {}

  /** The resource of a name. */
  static String resource(String name) {
    return DATASETS + name;
  }

  /**
   * The name of a resource.
   *
   * @throws ServingException NAME_INVALID
   */
  static String name(String resource) {
    String name = resource.startsWith(DATASETS) ? resource.substring(DATASETS.length()) : resource;
    if (!ModelName.isValid(name)) {
      throw ServingException.ofViolations(
          List.of(
              new FieldViolation(
                  "name",
                  ErrorReason.NAME_INVALID,
                  "write the dataset as 'datasets/' and its name, which is "
                      + ModelName.FORM_IN_WORDS)));
    }
    return name;
  }

  static DatasetPlan decode(dev.millrace.v1.DatasetPlan plan) {
    return new DatasetPlan(
        name(plan.getName()),
        plan.getFilesList().stream()
            .map(
                file ->
                    new DatasetPlan.File(
                        file.getPath(),
                        file.getSizeBytes(),
                        file.getSha256().toLowerCase(Locale.ROOT)))
            .toList());
  }

  static dev.millrace.v1.DatasetKind encode(DatasetKind kind) {
    return dev.millrace.v1.DatasetKind.valueOf("DATASET_KIND_" + kind.name());
  }

  static Dataset encode(DatasetFacts facts) {
    return Dataset.newBuilder()
        .setName(resource(facts.name()))
        .setKind(encode(facts.kind()))
        .setDigest(facts.digest())
        .setTrainExamples(facts.train())
        .setValidationExamples(facts.validation())
        .setTestExamples(facts.test())
        .setHeight(facts.height())
        .setWidth(facts.width())
        .addAllLabels(facts.labels())
        .addAllSlices(facts.slices())
        .build();
  }
}
