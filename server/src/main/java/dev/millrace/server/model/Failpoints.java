package dev.millrace.server.model;

/**
 * Places at which a test may end the process, as a loss of power would, to show that a restart
 * finds all in order. Code names the step that it has come to; outside of tests nothing happens.
 */
@FunctionalInterface
public interface Failpoints {
  /** Goes on. */
  Failpoints NONE = step -> {};

  /**
   * Says that a step is reached.
   *
   * @param step such as {@code publish.renamed}
   */
  void reach(String step);
}
