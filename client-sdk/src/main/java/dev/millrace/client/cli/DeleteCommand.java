package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import java.io.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace delete}: deletes a version for good. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = "Deletes a version and its files for good.")
final class DeleteCommand extends VersionCommand {
  @Option(
      names = {"-y", "--yes"},
      description = "do not ask")
  private boolean yes;

  @Override
  protected int ask(MillraceClient client) {
    Console terminal = System.console();
    if (!yes && terminal != null) {
      String answer = terminal.readLine("Delete %s and its files for good? Type yes: ", subject());
      if (!"yes".equals(answer)) {
        err().println("nothing was deleted");
        return CommandLine.ExitCode.SOFTWARE;
      }
    }
    changes(client).delete(version());
    tell(json("deleted"), subject() + " is deleted");
    return CommandLine.ExitCode.OK;
  }
}
