package dev.millrace.client.cli;

import picocli.CommandLine.Parameters;

/** A command that changes one version. */
abstract class VersionCommand extends ChangeCommand {
  @Parameters(index = "1", paramLabel = "VERSION", description = "number of the version")
  private long version;

  long version() {
    return version;
  }

  /** The version in words. */
  String subject() {
    return model() + " version " + version;
  }

  Json json(String done) {
    return Json.object().with("model", model()).with("version", version).with("done", done);
  }
}
