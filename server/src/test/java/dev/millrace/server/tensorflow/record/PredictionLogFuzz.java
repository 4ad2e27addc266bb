package dev.millrace.server.tensorflow.record;

import dev.millrace.server.fuzz.parser.Attempt;
import java.io.ByteArrayInputStream;
import java.util.Optional;

/** Recorded requests, and the records that they lie in. */
public final class PredictionLogFuzz {
  private PredictionLogFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(() -> PredictionLogs.read(input, new ByteBudget(1 << 20)));
    Attempt.at(() -> PredictionLogs.readAnswered(input, new ByteBudget(1 << 20)));
    Attempt.at(
        () -> {
          TfRecordReader records =
              new TfRecordReader(new ByteArrayInputStream(input), input.length);
          Optional<byte[]> record = records.next();
          while (record.isPresent()) {
            record = records.next();
          }
        });
  }
}
