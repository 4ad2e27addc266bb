package dev.millrace.client;

/** How the runs of a version share the server's cores. */
public enum ExecutionMode {
  /** A mode that this client does not know, or none yet. */
  UNKNOWN,
  /** One run a core, beside one another. */
  PER_CORE,
  /** One run at a time, over all cores. */
  ALL_CORES
}
