package dev.millrace.server.protocol.v1;

import dev.millrace.server.evaluation.metrics.Share;
import dev.millrace.server.feedback.FeatureDrift;
import dev.millrace.server.feedback.InputDrift;
import dev.millrace.server.feedback.VersionFeedback;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;

/** Feedback as messages. Stateless. */
final class FeedbackCodec {
  private FeedbackCodec() {}

  static dev.millrace.v1.VersionFeedback encode(ModelName model, VersionFeedback version) {
    Share told = version.told();
    dev.millrace.v1.VersionFeedback.Builder builder =
        dev.millrace.v1.VersionFeedback.newBuilder()
            .setVersion(new VersionId(model, version.version()).resource())
            .setAnswered(version.answered())
            .setAccuracy(
                dev.millrace.v1.Share.newBuilder()
                    .setHits(told.hits())
                    .setOf(told.of())
                    .setValue(told.value())
                    .setLower(told.lower())
                    .setUpper(told.upper()));
    if (!Double.isNaN(version.classPsi())) {
      builder.setClassPsi(version.classPsi());
    }
    if (!Double.isNaN(version.confidenceKs())) {
      builder
          .setConfidenceKs(version.confidenceKs())
          .setConfidencePValue(version.confidencePValue());
    }
    if (!version.inputs().features().isEmpty()) {
      builder.setInputs(encode(version.inputs()));
    }
    return builder.build();
  }

  private static dev.millrace.v1.InputDrift encode(InputDrift inputs) {
    dev.millrace.v1.InputDrift.Builder builder =
        dev.millrace.v1.InputDrift.newBuilder()
            .setExamples(inputs.examples())
            .setFromTraining(inputs.fromTraining());
    inputs.largest().ifPresent(feature -> builder.setPsi(feature.psi()));
    inputs.features().forEach(feature -> builder.addFeatures(encode(feature)));
    return builder.build();
  }

  private static dev.millrace.v1.FeatureDrift encode(FeatureDrift feature) {
    dev.millrace.v1.FeatureDrift.Builder builder =
        dev.millrace.v1.FeatureDrift.newBuilder().setFeature(feature.feature());
    if (!Double.isNaN(feature.psi())) {
      builder.setPsi(feature.psi()).setKs(feature.ks()).setPValue(feature.pValue());
    }
    return builder.build();
  }
}
