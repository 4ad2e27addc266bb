package dev.millrace.server.scheduling;

import java.util.List;

/**
 * Work that one worker has taken from the queue.
 *
 * @param lane what the work has in common
 * @param work what runs, together, in order; may be empty
 * @param rows rows of all work together
 * @param dropped what is not to run any more, each with the reason
 * @param startNanos when it was taken
 * @param expectedNanos how long the run is expected to take
 */
public record Batch<W extends Work>(
    Lane lane,
    List<Waiting<W>> work,
    int rows,
    List<Dropped<W>> dropped,
    long startNanos,
    long expectedNanos) {
  /**
   * Work with the time when it came.
   *
   * @param work the work
   * @param sinceNanos when it was queued
   * @param dueNanos when it has waited enough for others
   * @param costNanos its share of a run, as it was expected then
   */
  public record Waiting<W>(W work, long sinceNanos, long dueNanos, long costNanos) {}

  /**
   * Work that is not to run, and why.
   *
   * @param waiting the work
   * @param why the reason
   */
  public record Dropped<W>(Waiting<W> waiting, DropReason why) {}
}
