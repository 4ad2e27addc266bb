package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace gate override}: makes a version the champion although it has not passed. */
@Command(
    name = "override",
    mixinStandardHelpOptions = true,
    description =
        "Makes a version the champion although it has not passed; --reason is required, and the"
            + " history keeps it.")
final class GateOverrideCommand extends VersionCommand {
  @Override
  protected int ask(MillraceClient client) {
    changes(client).overrideGate(version());
    tell(json("gate overridden"), subject() + " is the champion, past the gate");
    return CommandLine.ExitCode.OK;
  }
}
