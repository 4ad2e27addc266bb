package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.dataset.TextDataset;
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

  static Dataset encode(LabelledDataset dataset) {
    Dataset.Builder builder =
        Dataset.newBuilder()
            .setName(resource(dataset.name()))
            .setKind(encode(dataset.kind()))
            .setDigest(dataset.digest());
    if (dataset instanceof dev.millrace.server.dataset.Dataset images) {
      builder
          .setTrainExamples(images.train().count())
          .setValidationExamples(images.validation().count())
          .setTestExamples(images.test().count())
          .setHeight(images.train().height())
          .setWidth(images.train().width());
    } else if (dataset instanceof TextDataset texts) {
      builder
          .setTrainExamples(texts.train().count())
          .setValidationExamples(texts.validation().count())
          .setTestExamples(texts.test().count())
          .addAllLabels(texts.classes())
          .addAllSlices(texts.train().columns().keySet());
    }
    return builder.build();
  }
}
