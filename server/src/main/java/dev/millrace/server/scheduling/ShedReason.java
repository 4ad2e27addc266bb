package dev.millrace.server.scheduling;

/** Why work was not taken on. */
public enum ShedReason {
  /** As many requests of the model wait as may. */
  MODEL_REQUESTS,
  /** Requests of as many bytes wait for the model as may. */
  MODEL_BYTES,
  /** The server holds as many bytes of requests as it may. */
  SERVER_BYTES,
  /** The wait would be longer than the model allows. */
  WAIT
}
