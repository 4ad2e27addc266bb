package dev.millrace.server.dataset;

import dev.millrace.server.fuzz.parser.Attempt;
import java.io.ByteArrayInputStream;

/** IDX files, compressed or not. */
public final class IdxFileFuzz {
  private IdxFileFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    DatasetFile file = new DatasetFile("images", () -> new ByteArrayInputStream(input));
    Attempt.at(() -> IdxFile.read(file, 3, new DatasetFaults("fuzz")));
  }
}
