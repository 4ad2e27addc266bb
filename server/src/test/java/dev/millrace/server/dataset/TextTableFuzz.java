package dev.millrace.server.dataset;

import dev.millrace.server.fuzz.parser.Attempt;
import java.io.ByteArrayInputStream;

/** Tables of labelled texts. */
public final class TextTableFuzz {
  private TextTableFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    DatasetFaults faults = new DatasetFaults("fuzz");
    DatasetFile file = new DatasetFile("train.csv", () -> new ByteArrayInputStream(input));
    Attempt.at(
        () ->
            TextTable.read(
                "train.csv", TextFile.read(file, faults).text(), TextLayout.DEFAULT, faults));
  }
}
