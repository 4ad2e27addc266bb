package dev.millrace.server.gate;

import dev.millrace.server.fuzz.parser.Attempt;
import java.nio.charset.StandardCharsets;

/** The policy file of a model's gate. */
public final class PolicyFileFuzz {
  private PolicyFileFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> PolicyFile.parse(new String(input, StandardCharsets.UTF_8)));
  }
}
