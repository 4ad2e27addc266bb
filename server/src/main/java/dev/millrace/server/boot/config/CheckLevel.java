package dev.millrace.server.boot.config;

/** What a model must pass before it is loaded. */
public enum CheckLevel {
  /** Its ops are inspected, and it is tried in a process of its own. */
  FULL,
  /** Its ops are inspected. */
  INSPECT,
  /** Nothing: whoever can write into the repository is trusted. */
  OFF
}
