package dev.millrace.server.fuzz.parser;

import dev.millrace.server.model.ServingException;
import java.io.IOException;

/** One reading of bytes that anybody may have sent. */
@FunctionalInterface
public interface Attempt {
  /** Reads them. */
  void run() throws IOException;

  /**
   * Reads them; to be refused with a reason, or as damaged, is as good as to be taken. Everything
   * else that is thrown is a finding.
   */
  static void at(Attempt attempt) {
    try {
      attempt.run();
    } catch (ServingException | IOException refused) {
      // Said with a reason, or as what a damaged file is.
    }
  }
}
