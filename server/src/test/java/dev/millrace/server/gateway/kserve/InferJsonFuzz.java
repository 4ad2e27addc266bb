package dev.millrace.server.gateway.kserve;

import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.server.gateway.json.StrictJson;
import java.util.Arrays;

/**
 * Requests of the Open Inference Protocol as JSON: once as text alone, and once with the binary
 * extension, where the first two bytes say how long the text is.
 */
public final class InferJsonFuzz {
  private InferJsonFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () -> new InferReader(new StrictJson(""), 1 << 20).read("m", "", input, input.length));
    if (input.length > 2) {
      int header = Math.min(input.length - 2, (input[0] & 0xff) << 8 | input[1] & 0xff);
      byte[] body = Arrays.copyOfRange(input, 2, input.length);
      Attempt.at(() -> new InferReader(new StrictJson(""), 1 << 20).read("m", "1", body, header));
    }
  }
}
