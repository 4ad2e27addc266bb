package dev.millrace.server.training;

/**
 * Hears all that happens to jobs, each event once and in order. Called under the jobs' lock; must
 * not block, nor call back.
 */
public interface JobListener {
  /** Hears nothing. */
  JobListener NONE =
      new JobListener() {
        @Override
        public void onEvent(JobRecord job, TrainingEvent event) {}

        @Override
        public void onRestored(JobRecord job, TrainingEvent event) {}
      };

  /** Something has happened. */
  void onEvent(JobRecord job, TrainingEvent event);

  /** It had happened before the server started, and was read from the journal. */
  void onRestored(JobRecord job, TrainingEvent event);
}
