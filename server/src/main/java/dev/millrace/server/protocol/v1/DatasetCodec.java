package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetFacts;
import dev.millrace.server.dataset.DatasetKind;
import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.Declaration;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.Dataset;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Datasets as messages. Stateless. */
final class DatasetCodec {
  private static final String DATASETS = "datasets/";
  // The most that a protobuf duration may have.
  private static final long LONGEST_SECONDS = 315_576_000_000L;

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

  /**
   * The plan of an upload.
   *
   * @param caller who answers for it where the plan names nobody
   */
  static DatasetPlan decode(dev.millrace.v1.DatasetPlan plan, String caller) {
    return new DatasetPlan(
        name(plan.getName()),
        plan.getFilesList().stream()
            .map(
                file ->
                    new DatasetPlan.File(
                        file.getPath(),
                        file.getSizeBytes(),
                        file.getSha256().toLowerCase(Locale.ROOT)))
            .toList(),
        plan.getOwner().isBlank() ? caller : plan.getOwner().strip(),
        plan.getPurpose().strip(),
        plan.hasRetention() ? Optional.of(retention(plan.getRetention())) : Optional.empty());
  }

  /** Whatever is no time at all comes out as one that no plan may have. */
  private static Duration retention(com.google.protobuf.Duration given) {
    boolean valid =
        given.getSeconds() >= 0
            && given.getSeconds() <= LONGEST_SECONDS
            && given.getNanos() >= 0
            && given.getNanos() < 1_000_000_000;
    return valid ? Duration.ofSeconds(given.getSeconds(), given.getNanos()) : Duration.ZERO;
  }

  /** The same with what is declared of it. */
  static Dataset.Builder declared(Dataset.Builder dataset, Declaration declaration) {
    dataset.setOwner(declaration.owner()).setPurpose(declaration.purpose());
    declaration.expires().map(ModelCodec::timestamp).ifPresent(dataset::setExpireTime);
    declaration.created().map(ModelCodec::timestamp).ifPresent(dataset::setCreateTime);
    return dataset;
  }

  static Dataset encode(DatasetFacts facts, Declaration declaration) {
    return declared(encode(facts).toBuilder(), declaration).build();
  }

  static dev.millrace.v1.DatasetKind encode(DatasetKind kind) {
    return dev.millrace.v1.DatasetKind.valueOf("DATASET_KIND_" + kind.name());
  }

  private static Dataset encode(DatasetFacts facts) {
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
