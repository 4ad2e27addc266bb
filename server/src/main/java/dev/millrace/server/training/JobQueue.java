package dev.millrace.server.training;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which jobs are to be run, in which order and when; survives the server. Thread-safe. What the
 * database refuses is thrown as a {@link RuntimeException}, and nothing is changed then.
 *
 * <ol>
 *   <li>Of the jobs that are due the one of the highest priority is claimed first, of equal ones
 *       the one that is due for longest.
 *   <li>At most one claim of a job is current: the latest.
 *   <li>A claim whose server is gone is given anew: at the next start, or when no heartbeat has
 *       come for some time.
 * </ol>
 */
public interface JobQueue {
  /** Runs jobs. */
  @FunctionalInterface
  interface Worker {
    /**
     * Begins to work on a job.
     *
     * @param done to be called once when the work is over: with the time of the next try, or with
     *     nothing to take the job off the queue
     */
    void work(Claim claim, Consumer<Optional<Instant>> done);
  }

  /** Gives out what is due, from now on, to a worker; claims of the server before are void. */
  void start(Worker worker);

  /**
   * Adds a job, durable on return; one that is in the queue already stays as it is.
   *
   * @param priority higher goes first
   * @param due not to be claimed before
   */
  void add(String job, int priority, Instant due);

  /** Takes off a job that is not claimed; does nothing for any other. */
  void remove(String job);

  /** True while no later claim of the job was given out. */
  boolean isCurrent(Claim claim);

  /** Gives out no more jobs. */
  void pause();
}
