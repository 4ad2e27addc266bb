package dev.millrace.server.training;

import java.nio.file.Path;
import java.util.List;

/** Keeps jobs and their events for good. Called under the jobs' lock, from one thread at a time. */
public interface JobJournal {
  /**
   * A job and all that happened to it.
   *
   * @param record what it was created with
   * @param events its events, in order and without gaps
   */
  record Entry(JobRecord record, List<TrainingEvent> events) {
    /** Copies the list. */
    public Entry {
      events = List.copyOf(events);
    }
  }

  /** Everything that was journalled before; damaged entries are left out. */
  List<Entry> load();

  /** Keeps a new job; durable on return. */
  void create(JobRecord record);

  /** Keeps an event; changes of state are durable on return. */
  void append(JobRecord record, TrainingEvent event);

  /** A folder that the job's run may write into; removed by {@link #clear}. */
  Path workDirectory(JobRecord record);

  /** Removes what a run has left in its folder. */
  void clear(JobRecord record);
}
