package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelChanges;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that changes a model. */
abstract class ChangeCommand extends ClientCommand {
  @Parameters(paramLabel = "MODEL", description = "model to change")
  private String model = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the history")
  private String reason = "";

  @Option(
      names = "--etag",
      paramLabel = "ETAG",
      description = "change nothing unless the model still has this etag")
  private String etag = "";

  String model() {
    return model;
  }

  ModelChanges changes(MillraceClient client) {
    return client.model(model).changes().because(reason).ifStill(etag);
  }

  /** Prints what was done. */
  void tell(Json result, String words) {
    out().println(isJson() ? result.line() : words);
  }
}
