package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace gate judge}: measures and judges a version, and promotes it if it passes. */
@Command(
    name = "judge",
    mixinStandardHelpOptions = true,
    description =
        "Measures a version beside the champion, judges it, and promotes it if it passes and the"
            + " policy says so; Ctrl-C leaves the judgement alone.")
final class GateJudgeCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "MODEL", description = "model")
  private String model = "";

  @Parameters(index = "1", paramLabel = "VERSION", description = "number of the version")
  private long version;

  @Option(names = "--hold", description = "judge alone, whatever the policy says")
  private boolean hold;

  @Override
  protected int ask(MillraceClient client) {
    client.model(model).gate().judge(version, hold);
    return new JudgementPrinter(client, model, isJson(), out(), err()).follow(version);
  }
}
