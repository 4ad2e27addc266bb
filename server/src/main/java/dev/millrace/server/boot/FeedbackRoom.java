package dev.millrace.server.boot;

import dev.millrace.server.catalog.CatalogListener;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.evaluation.Evaluation;
import dev.millrace.server.evaluation.EvaluationResults;
import dev.millrace.server.evaluation.Evaluations;
import dev.millrace.server.evaluation.VersionFigures;
import dev.millrace.server.evaluation.metrics.Calibration;
import dev.millrace.server.evaluation.metrics.ConfusionMatrix;
import dev.millrace.server.evaluation.subject.ClassScores;
import dev.millrace.server.feedback.Feedback;
import dev.millrace.server.feedback.FeedbackSettings;
import dev.millrace.server.feedback.Reference;
import dev.millrace.server.feedback.Retraining;
import dev.millrace.server.feedback.VersionFeedback;
import dev.millrace.server.feedback.inputs.InputReference;
import dev.millrace.server.feedback.inputs.InputReferenceFile;
import dev.millrace.server.gate.Gate;
import dev.millrace.server.gate.Judgement;
import dev.millrace.server.gate.Policies;
import dev.millrace.server.inference.InferenceObserver;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.shadow.AnswerClasses;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.protocol.v1.FeedbackServiceV1;
import dev.millrace.server.telemetry.FeedbackMeters;
import dev.millrace.server.tensor.TensorData;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where answers are compared with their truth, and with what was answered before. */
final class FeedbackRoom implements InferenceObserver, CatalogListener {
  private static final Logger log = LoggerFactory.getLogger(FeedbackRoom.class);
  private static final String PROBABILITIES = "probabilities";

  private final Policies policies;
  private final Gate gate;
  private final Evaluations evaluations;
  private final Function<VersionId, Optional<Path>> folders;
  private final Feedback feedback;
  private final FeedbackMeters meters;

  /**
   * Feedback.
   *
   * @param folders where the files of a version lie
   * @param executor reads what is compared with, and starts trainings
   */
  FeedbackRoom(
      Policies policies,
      Gate gate,
      Evaluations evaluations,
      Function<VersionId, Optional<Path>> folders,
      Retraining.Jobs jobs,
      Executor executor,
      MeterRegistry registry,
      InstantSource clock) {
    this.policies = policies;
    this.gate = gate;
    this.evaluations = evaluations;
    this.folders = folders;
    feedback =
        new Feedback(
            new Feedback.Sources(this::settings, this::reference, this::trained),
            new Retraining(jobs, executor, clock),
            executor,
            clock);
    meters = new FeedbackMeters(registry, feedback::known);
  }

  /** What is known of a version's answers. */
  Optional<VersionFeedback> known(VersionId id) {
    return feedback.known(id);
  }

  @Override
  public void onChange(VersionStatus status) {
    meters.onChange(status);
    if (status.state() == VersionState.AVAILABLE) {
      feedback.expect(status.id());
    }
  }

  ServerServiceDefinition service(Consumer<ModelName> requireModel, StatusMapper statuses) {
    return new FeedbackServiceV1(feedback, requireModel, statuses).bindService();
  }

  @Override
  public void onStart() {}

  @Override
  public void onEnd(
      InferenceRequest request,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration taken) {
    if (response == null || !feedback.takes(response.version().model())) {
      return;
    }
    try {
      List<String> labels = AnswerClasses.of(response);
      if (!request.name().isEmpty()) {
        feedback.remember(request.name(), response.version(), labels);
      }
      feedback.answered(response.version(), labels, confidence(response, labels.size()));
      feedback.asked(response.version(), request.inputs());
      meters.counted(response.version());
    } catch (RuntimeException defect) {
      log.warn("an answer of {} could not be counted", response.version(), defect);
    }
  }

  private static double[] confidence(InferenceResponse response, int rows) {
    TensorData scores = response.outputs().get(PROBABILITIES);
    if (scores == null || scores.shape().rank() != 2 || scores.shape().size(0) != rows) {
      return new double[0];
    }
    float[] values = ClassScores.read(scores);
    int classes = values.length / Math.max(1, rows);
    double[] confidence = new double[rows];
    for (int i = 0; i < values.length; i++) {
      confidence[i / classes] = Math.max(confidence[i / classes], values[i]);
    }
    return confidence;
  }

  private FeedbackSettings settings(ModelName model) {
    try {
      return policies
          .find(model)
          .map(written -> written.policy().feedback())
          .orElse(FeedbackSettings.OFF);
    } catch (ServingException unusable) {
      log.debug("the policy of {} cannot be used", model, unusable);
      return FeedbackSettings.OFF;
    }
  }

  private Optional<InputReference> trained(VersionId id) {
    try {
      Optional<Path> folder = folders.apply(id);
      return folder.isEmpty() ? Optional.empty() : InputReferenceFile.read(folder.get());
    } catch (IOException damaged) {
      log.warn("what {} was trained on is not known", id, damaged);
      return Optional.empty();
    }
  }

  /** As the version was measured at the gate, whether as the candidate or as the champion. */
  private Reference reference(VersionId id) {
    for (Judgement judgement : gate.of(id.model(), 50)) {
      boolean isOf = judgement.version().equals(id) || judgement.champion() == id.number();
      if (isOf && !judgement.evaluation().isEmpty()) {
        try {
          Evaluation measured = evaluations.get(judgement.evaluation());
          EvaluationResults results = measured.results();
          if (results != null) {
            VersionFigures baseline = results.baseline();
            return reference(
                baseline != null && baseline.version().equals(id) ? baseline : results.version());
          }
        } catch (ServingException forgotten) {
          log.debug("evaluation {} is no longer kept", judgement.evaluation(), forgotten);
        }
      }
    }
    return Reference.NONE;
  }

  private static Reference reference(VersionFigures figures) {
    ConfusionMatrix confusion = figures.confusion();
    long[] classes = new long[confusion.classes()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = confusion.takenFor(i);
    }
    return new Reference(
        classes,
        figures.calibration().bins().stream().mapToLong(Calibration.Bin::examples).toArray());
  }
}
