package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace load}: has a version loaded. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "Has a version loaded and kept loaded; 'millrace status' tells when it is there.")
final class LoadCommand extends VersionCommand {
  @Override
  protected int ask(MillraceClient client) {
    changes(client).load(version());
    tell(json("loading"), subject() + " is being loaded");
    return CommandLine.ExitCode.OK;
  }
}
