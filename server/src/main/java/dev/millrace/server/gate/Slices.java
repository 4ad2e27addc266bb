package dev.millrace.server.gate;

import dev.millrace.server.evaluation.SliceAccuracy;

/** Names of slices, for messages. */
final class Slices {
  private Slices() {}

  /** {@code class 3}, or {@code darkest quarter}. */
  static String name(SliceAccuracy slice) {
    return slice.by().equals("class") ? "class " + slice.value() : slice.value();
  }
}
