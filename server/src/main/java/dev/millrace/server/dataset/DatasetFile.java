package dev.millrace.server.dataset;

import java.io.IOException;
import java.io.InputStream;

/**
 * One file of a dataset, wherever it is kept.
 *
 * @param name its name, as kept
 * @param source opens it from the start
 */
record DatasetFile(String name, Source source) {
  private static final String COMPRESSED = ".gz";

  /** Opens the bytes as kept, compressed or not. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /** The name without {@code .gz}. */
  String plainName() {
    return plainName(name);
  }

  static String plainName(String name) {
    return name.endsWith(COMPRESSED)
        ? name.substring(0, name.length() - COMPRESSED.length())
        : name;
  }
}
