package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace dataset deletions}. */
@Command(
    name = "deletions",
    mixinStandardHelpOptions = true,
    description = "Prints the receipts of all deleted datasets, newest first.")
final class DatasetDeletionsCommand extends ClientCommand {
  @Override
  protected int ask(MillraceClient client) {
    client.datasets().deletions().forEach(receipt -> ReceiptWords.print(this, receipt));
    return CommandLine.ExitCode.OK;
  }
}
