package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace unload}: takes a version out of memory. */
@Command(
    name = "unload",
    mixinStandardHelpOptions = true,
    description = "Takes a version out of memory; its files stay.")
final class UnloadCommand extends VersionCommand {
  @Override
  protected int ask(MillraceClient client) {
    changes(client).unload(version());
    tell(json("unloading"), subject() + " is being taken out of memory");
    return CommandLine.ExitCode.OK;
  }
}
