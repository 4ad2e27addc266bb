package dev.millrace.client.cli;

import dev.millrace.client.DatasetReceipt;
import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace dataset delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description =
        "Deletes a dataset and every copy of its examples that the server made, and prints the"
            + " receipt. Versions that learned from it stay unless --with-versions is given.")
final class DatasetDeleteCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "the dataset")
  private String name = "";

  @Option(
      names = "--with-versions",
      description = "delete the versions too that learned from it, as far as nothing holds them")
  private boolean withVersions;

  @Option(names = "--reason", paramLabel = "WORDS", description = "why")
  private String reason = "";

  @Override
  protected int ask(MillraceClient client) {
    DatasetReceipt receipt = client.datasets().delete(name, withVersions, reason);
    ReceiptWords.print(this, receipt);
    return CommandLine.ExitCode.OK;
  }
}
