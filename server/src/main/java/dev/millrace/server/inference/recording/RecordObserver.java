package dev.millrace.server.inference.recording;

import dev.millrace.server.model.ModelName;

/** Hears what becomes of requests that were chosen to be recorded. Thread-safe; must not block. */
public interface RecordObserver {
  /** What may become of one. */
  enum Outcome {
    /** It is in a file. */
    WRITTEN,
    /** It was dropped: too many waited to be written, or it was too large. */
    DROPPED,
    /** The disk did not take it. */
    FAILED
  }

  /** One has come to its end. */
  void onEnd(ModelName model, Outcome outcome);
}
