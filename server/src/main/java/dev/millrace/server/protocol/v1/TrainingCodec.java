package dev.millrace.server.protocol.v1;

import static dev.millrace.server.protocol.v1.ModelCodec.duration;
import static dev.millrace.server.protocol.v1.ModelCodec.timestamp;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.training.TrainingEvent;
import dev.millrace.server.training.TrainingJob;
import dev.millrace.server.training.TrainingJobState;
import dev.millrace.server.training.TrainingOrder;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.v1.TrainingCheckpointed;
import dev.millrace.v1.TrainingEvaluated;
import dev.millrace.v1.TrainingJobStateChanged;
import dev.millrace.v1.TrainingResumed;
import dev.millrace.v1.TrainingSpec;
import dev.millrace.v1.VersionPublished;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Training jobs and their events as messages. Immutable. */
final class TrainingCodec {
  private static final String MODELS = "models/";
  private static final Pattern JOB_NAME =
      Pattern.compile("trainingJobs/([a-z](?:[a-z0-9_-]{0,61}[a-z0-9])?)");

  private final int tries;

  /**
   * A codec.
   *
   * @param tries tries that each job has
   */
  TrainingCodec(int tries) {
    this.tries = tries;
  }

  /** The job id of a resource name. */
  String jobId(String name) {
    Matcher matcher = JOB_NAME.matcher(name);
    if (!matcher.matches()) {
      throw invalid("name", "write the job as 'trainingJobs/' and its id");
    }
    return matcher.group(1);
  }

  TrainingOrder decode(TrainingSpec spec) {
    Optional<ModelName> model = Optional.empty();
    if (!spec.getModel().isEmpty()) {
      model = Optional.of(model(spec.getModel()));
    }
    return new TrainingOrder(
        model,
        spec.getRecipe(),
        spec.getParametersMap(),
        spec.hasSeed() ? OptionalLong.of(spec.getSeed()) : OptionalLong.empty(),
        spec.getDataset(),
        spec.getPriority());
  }

  private static ModelName model(String text) {
    String id = text.startsWith(MODELS) ? text.substring(MODELS.length()) : text;
    if (!ModelName.isValid(id)) {
      throw invalid(
          "spec.model",
          "write the model to train as 'mnist' or 'models/mnist'; an id is "
              + ModelName.FORM_IN_WORDS);
    }
    return new ModelName(id);
  }

  private static ServingException invalid(String field, String description) {
    return ServingException.ofViolations(
        List.of(new FieldViolation(field, ErrorReason.NAME_INVALID, description)));
  }

  dev.millrace.v1.TrainingJob encode(TrainingJob job) {
    dev.millrace.v1.TrainingJob.Builder builder =
        dev.millrace.v1.TrainingJob.newBuilder()
            .setName(job.record().resource())
            .setSpec(
                TrainingSpec.newBuilder()
                    .setModel(job.record().spec().model().resource())
                    .setRecipe(job.record().spec().recipe())
                    .putAllParameters(job.record().spec().parameters())
                    .setSeed(job.record().spec().seed())
                    .setDataset(job.record().spec().dataset())
                    .setPriority(job.record().spec().priority()))
            .setState(state(job.state()))
            .setReason(job.reason().map(Enum::name).orElse(""))
            .setMessage(job.message())
            .setPublishedVersion(job.published().map(VersionId::resource).orElse(""))
            .putAllMetrics(job.metrics())
            .setCreateTime(timestamp(job.record().createTime()))
            .setSequence(job.sequence())
            .setEtag(job.etag())
            .setAttempt(job.attempt())
            .setMaxAttempts(tries)
            .setCheckpointStep(job.checkpointStep());
    job.progress().ifPresent(progress -> builder.setProgress(encode(progress)));
    job.startTime().ifPresent(time -> builder.setStartTime(timestamp(time)));
    job.endTime().ifPresent(time -> builder.setEndTime(timestamp(time)));
    return builder.build();
  }

  dev.millrace.v1.TrainingEvent encode(String jobId, TrainingEvent event) {
    dev.millrace.v1.TrainingEvent.Builder builder =
        dev.millrace.v1.TrainingEvent.newBuilder()
            .setSequence(event.sequence())
            .setTime(timestamp(event.time()))
            .setTrainingJob("trainingJobs/" + jobId);
    if (event.what() instanceof TrainingEvent.StateChanged change) {
      builder.setStateChanged(
          TrainingJobStateChanged.newBuilder()
              .setState(state(change.state()))
              .setReason(change.reason().map(Enum::name).orElse(""))
              .setMessage(change.message()));
    } else if (event.what() instanceof TrainingEvent.Progressed progressed) {
      builder.setProgress(encode(progressed.progress()));
    } else if (event.what() instanceof TrainingEvent.Evaluated evaluated) {
      builder.setEvaluated(TrainingEvaluated.newBuilder().putAllMetrics(evaluated.metrics()));
    } else if (event.what() instanceof TrainingEvent.Published published) {
      builder.setVersionPublished(
          VersionPublished.newBuilder().setVersion(published.version().resource()));
    } else if (event.what() instanceof TrainingEvent.Resumed resumed) {
      builder.setResumed(
          TrainingResumed.newBuilder()
              .setStep(resumed.step())
              .setAttempt(resumed.attempt())
              .setMaxAttempts(resumed.mostAttempts()));
    } else if (event.what() instanceof TrainingEvent.Checkpointed checkpoint) {
      builder.setCheckpointed(TrainingCheckpointed.newBuilder().setStep(checkpoint.step()));
    }
    return builder.build();
  }

  private static dev.millrace.v1.TrainingProgress encode(TrainingProgress progress) {
    return dev.millrace.v1.TrainingProgress.newBuilder()
        .setStep(progress.step())
        .setTotalSteps(progress.totalSteps())
        .setLoss(progress.loss())
        .setTrainAccuracy(progress.trainAccuracy())
        .setValidationAccuracy(progress.validationAccuracy())
        .setExamplesPerSecond(progress.examplesPerSecond())
        .setTimeLeft(duration(progress.timeLeft()))
        .build();
  }

  private static dev.millrace.v1.TrainingJobState state(TrainingJobState state) {
    return dev.millrace.v1.TrainingJobState.valueOf("TRAINING_JOB_STATE_" + state.name());
  }
}
