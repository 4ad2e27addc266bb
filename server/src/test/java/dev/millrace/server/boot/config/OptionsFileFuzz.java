package dev.millrace.server.boot.config;

import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.server.fuzz.parser.ScratchFile;
import java.nio.file.Path;

/** The file of a server's options. */
public final class OptionsFileFuzz {
  private OptionsFileFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> ScratchFile.with("millrace.yaml", input, OptionsFileFuzz::read));
  }

  private static void read(Path file) {
    try {
      YamlFile.read(file);
    } catch (ConfigurationException refused) {
      // Said with the key at fault.
    }
  }
}
