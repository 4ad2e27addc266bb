package dev.millrace.server.usage;

import dev.millrace.server.fuzz.parser.Attempt;
import java.nio.charset.StandardCharsets;

/** The file of quotas, budgets and prices. */
public final class TermsFileFuzz {
  private TermsFileFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () -> {
          try {
            TermsFile.parse(new String(input, StandardCharsets.UTF_8));
          } catch (IllegalArgumentException refused) {
            // Said with the key or the line at fault.
          }
        });
  }
}
