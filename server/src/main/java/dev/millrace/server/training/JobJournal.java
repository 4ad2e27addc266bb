package dev.millrace.server.training;

import java.nio.file.Path;
import java.util.List;

/**
 * Keeps jobs and their events for good. {@link #events} and {@link #clear} may be called at any
 * time, all else from one thread at a time, under the jobs' lock.
 */
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

  /** The events of one job that has ended. */
  List<TrainingEvent> events(JobRecord record);

  /** A folder that the job's run may write into; removed by {@link #clear}. */
  Path workDirectory(JobRecord record);

  /** Removes what a run has left in its folder. */
  void clear(JobRecord record);
}
