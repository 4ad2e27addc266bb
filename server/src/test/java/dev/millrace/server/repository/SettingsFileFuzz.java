package dev.millrace.server.repository;

import dev.millrace.server.fuzz.parser.Attempt;
import java.nio.charset.StandardCharsets;

/** The settings file of a model. */
public final class SettingsFileFuzz {
  private SettingsFileFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> SettingsFile.parse(new String(input, StandardCharsets.UTF_8)));
  }
}
