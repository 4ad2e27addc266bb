package dev.millrace.client;

/** What rows of usage can be told apart by. */
public enum UsageDimension {
  /** Who used it. */
  CALLER,
  /** Which model was used, or trained. */
  MODEL,
  /** Which version of the model. */
  VERSION,
  /** In which hour. */
  HOUR,
  /** On which day, in UTC. */
  DAY
}
