package dev.millrace.server.tensorflow.worker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.training.TrainedModel;
import dev.millrace.server.training.TrainingProgress;
import dev.millrace.server.training.TrainingSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a training process says, a line of JSON each; exactly one field is not null. */
record WorkerMessage(
    @Nullable TrainingProgress progress,
    @Nullable TrainedModel trained,
    @Nullable Failure failed,
    @Nullable Long resumed,
    @Nullable Long checkpoint,
    @Nullable Boolean stopped) {
  /** The line by which a training process is asked to keep its state and end. */
  static final String STOP = "stop";

  /** A run that ended without a model. */
  record Failure(ErrorReason reason, String message) {
    Failure {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(message, "message");
    }
  }

  /**
   * What a training process is told first.
   *
   * @param spec what to train
   * @param datasets folder of the datasets
   * @param export folder to export into; does not exist yet
   * @param events folder of the events for TensorBoard
   * @param keeping where and how often the run's state is kept
   * @param memory most bytes of the whole process; 0 for no limit
   * @param parent folder of the version to go on from; null for none
   */
  record Order(
      TrainingSpec spec,
      String datasets,
      String export,
      String events,
      Keeping keeping,
      long memory,
      @Nullable String parent) {
    /** Of a run that begins anew. */
    Order(
        TrainingSpec spec,
        String datasets,
        String export,
        String events,
        Keeping keeping,
        long memory) {
      this(spec, datasets, export, events, keeping, memory, null);
    }
  }

  /**
   * How the run's state is kept.
   *
   * @param folder of the job's checkpoints
   * @param token the try's
   * @param intervalMillis from one checkpoint to the next
   */
  record Keeping(String folder, long token, long intervalMillis) {}

  /** Both sides' JSON. */
  static ObjectMapper json() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .serializationInclusion(JsonInclude.Include.NON_NULL)
        .build();
  }

  static WorkerMessage ofProgress(TrainingProgress progress) {
    return new WorkerMessage(progress, null, null, null, null, null);
  }

  static WorkerMessage ofTrained(TrainedModel model) {
    return new WorkerMessage(null, model, null, null, null, null);
  }

  static WorkerMessage ofFailure(ErrorReason reason, String message) {
    return new WorkerMessage(null, null, new Failure(reason, message), null, null, null);
  }

  static WorkerMessage ofResumed(long step) {
    return new WorkerMessage(null, null, null, step, null, null);
  }

  static WorkerMessage ofCheckpoint(long step) {
    return new WorkerMessage(null, null, null, null, step, null);
  }

  static WorkerMessage ofStopped() {
    return new WorkerMessage(null, null, null, null, null, true);
  }

  String toLine(ObjectMapper json) {
    try {
      return json.writeValueAsString(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
