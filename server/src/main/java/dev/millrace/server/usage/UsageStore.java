package dev.millrace.server.usage;

import java.util.List;
import java.util.Map;

/** Keeps usage for good. Thread-safe; may block. */
public interface UsageStore extends AutoCloseable {
  /**
   * What is written at once: all of it or nothing.
   *
   * @param number one more than the batch before; a batch that was written already changes nothing
   * @param used what came to what was used before
   * @param jobs of training jobs, the last event whose time is counted
   */
  record Batch(long number, Map<UsageKey, Amounts> used, Map<String, Long> jobs) {
    /** Copies the maps. */
    public Batch {
      used = Map.copyOf(used);
      jobs = Map.copyOf(jobs);
    }
  }

  /** Adds to what is there; durable on return. */
  void add(Batch batch);

  /** Number of the last batch that was written; 0 for none. */
  long lastBatch();

  /** Of each training job, the last event whose time is counted. */
  Map<String, Long> jobs();

  /** What was used, grouped, in the order of time, caller, model and version. */
  List<UsageRow> query(UsageQuery query);

  /** What each caller used from an hour on. */
  Map<String, Amounts> totals(long fromHour);

  /** Removes what was used before an hour. */
  void forgetBefore(long hour);

  @Override
  void close();
}
