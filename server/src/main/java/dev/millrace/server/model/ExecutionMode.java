package dev.millrace.server.model;

/** How the runs of a model share the processor's cores. */
public enum ExecutionMode {
  /** Measured when the model is loaded. */
  AUTO,
  /** One run a core, each on one thread; runs go on beside one another. */
  PER_CORE,
  /** One run at a time, its operations spread over all cores. */
  ALL_CORES
}
