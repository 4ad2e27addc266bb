package dev.millrace.server.storage;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.training.JobRecord;
import dev.millrace.server.training.TrainingSpec;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The content of {@code job.json}: what a job was created with. */
record JobFile(
    @Nullable String id,
    @Nullable String requestId,
    @Nullable Instant createTime,
    @Nullable Spec spec,
    @Nullable String caller) {
  /** What to train. */
  record Spec(
      @Nullable String model,
      @Nullable String recipe,
      @Nullable Map<String, String> parameters,
      long seed,
      @Nullable String dataset,
      int priority) {}

  static JobFile of(JobRecord record) {
    TrainingSpec spec = record.spec();
    return new JobFile(
        record.id(),
        record.requestId(),
        record.createTime(),
        new Spec(
            spec.model().id(),
            spec.recipe(),
            spec.parameters(),
            spec.seed(),
            spec.dataset(),
            spec.priority()),
        record.caller());
  }

  /**
   * The record.
   *
   * @param folder the folder that the file lies in, which has the job's name
   * @throws IOException if something is missing or not of its form
   */
  JobRecord toRecord(String folder) throws IOException {
    if (id == null || !id.equals(folder) || createTime == null || spec == null) {
      throw new IOException("job.json lacks the job's id, time or spec, or belongs elsewhere");
    }
    if (spec.model() == null || spec.recipe() == null || spec.dataset() == null) {
      throw new IOException("job.json lacks the spec's model, recipe or dataset");
    }
    Map<String, String> parameters = spec.parameters() == null ? Map.of() : spec.parameters();
    try {
      return new JobRecord(
          id,
          new TrainingSpec(
              new ModelName(spec.model()),
              spec.recipe(),
              new TreeMap<>(parameters),
              spec.seed(),
              spec.dataset(),
              spec.priority()),
          requestId == null ? "" : requestId,
          createTime,
          caller == null ? "" : caller);
    } catch (ServingException badName) {
      throw new IOException("job.json names a model that cannot be", badName);
    }
  }
}
