package dev.millrace.server.tensorflow.inspect;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.fuzz.parser.Attempt;
import dev.millrace.server.fuzz.parser.ScratchFile;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;

/** The graph of a model from anywhere. */
public final class GraphInspectionFuzz {
  private GraphInspectionFuzz() {}

  /** One input of Jazzer's. */
  public static void fuzzerTestOneInput(byte[] input) {
    Attempt.at(
        () ->
            ScratchFile.with(
                "saved_model.pb",
                input,
                file ->
                    new GraphInspection(InspectionLimits.DEFAULT)
                        .check(
                            new ServableSource(
                                new VersionId(new ModelName("fuzz"), 1),
                                file.getParent(),
                                "",
                                ModelSettings.DEFAULT))));
  }
}
