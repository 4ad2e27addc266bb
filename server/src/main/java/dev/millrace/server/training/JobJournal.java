package dev.millrace.server.training;

import java.util.List;

/**
 * Keeps jobs and their events for good. {@link #events}, {@link #clear}, {@link #workplace} and
 * {@link #remove} may be called at any time, all else from one thread at a time, under the jobs'
 * lock.
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

  /**
   * Where a try of the job works. What earlier tries were about to export is removed, their
   * checkpoints stay.
   *
   * @param token the try's
   */
  Workplace workplace(JobRecord record, long token);

  /** Removes what runs have left in their folders, checkpoints too. */
  void clear(JobRecord record);

  /** Removes a job that has ended, with its events and logs. */
  void remove(JobRecord record);
}
