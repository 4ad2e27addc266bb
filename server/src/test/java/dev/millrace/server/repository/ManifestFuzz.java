package dev.millrace.server.repository;

import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.server.fuzz.parser.ScratchFile;

/** The manifest of a version. */
public final class ManifestFuzz {
  private ManifestFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () ->
            ScratchFile.with(
                Manifest.FILE_NAME, input, file -> new ManifestFormat().read(file.getParent())));
  }
}
