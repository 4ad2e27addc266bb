package dev.millrace.server.bench;

/** Something that is measured. */
interface Scenario {
  /** Short name by which it is chosen. */
  String name();

  /** What is done, in a sentence or two, for the page. */
  String description();

  /** Measures. */
  void measure(Rig rig, Report report) throws Exception;
}
