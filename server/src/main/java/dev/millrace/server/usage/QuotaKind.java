package dev.millrace.server.usage;

/** What a quota is of. */
public enum QuotaKind {
  /** Calls, each message of a stream of predictions counted. */
  REQUESTS("requests", "requests", 1),
  /** Bytes of messages to the server and back. */
  BYTES("bytes", "bytes", 1),
  /** Time of workers that runs took. */
  COMPUTE("compute-milliseconds", "milliseconds of compute time", 1000),
  /** Time that training jobs ran. */
  TRAINING("training-seconds", "seconds of training", 1000);

  private final String key;
  private final String words;
  private final long parts;

  QuotaKind(String key, String words, long parts) {
    this.key = key;
    this.words = words;
    this.parts = parts;
  }

  /** The key in the file, and the name in errors and metrics. */
  public String key() {
    return key;
  }

  /** Its unit in words. */
  String words() {
    return words;
  }

  /** Parts of a unit that are counted: microseconds of compute, milliseconds of training. */
  long parts() {
    return parts;
  }
}
