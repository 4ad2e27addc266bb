package dev.millrace.server.tensorflow.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of UTF-8 text; of a line that is too long only the beginning is kept. Not thread-safe. */
public final class BoundedLines {
  private final BufferedReader reader;
  private final int longest;

  /**
   * Lines of a stream.
   *
   * @param longest characters of a line that are kept
   */
  public BoundedLines(InputStream in, int longest) {
    this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.longest = longest;
  }

  /** The next line without its end; empty when there is none. */
  public Optional<String> next() throws IOException {
    StringBuilder line = new StringBuilder();
    int c = reader.read();
    if (c < 0) {
      return Optional.empty();
    }
    for (; c >= 0 && c != '\n'; c = reader.read()) {
      if (line.length() < longest && c != '\r') {
        line.append((char) c);
      }
    }
    return Optional.of(line.toString());
  }
}
