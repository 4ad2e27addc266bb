package dev.millrace.client.cli;

import dev.millrace.client.GateInfo;
import dev.millrace.client.JudgementInfo;
import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace gate show}: the policy, and what became of the latest versions. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a model's policy, and what became of its latest versions.")
final class GateShowCommand extends ClientCommand {
  @Parameters(paramLabel = "MODEL", description = "model to show")
  private String model = "";

  @Override
  protected int ask(MillraceClient client) {
    GateInfo gate = client.model(model).gate().show();
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("model", model)
                  .with("policy", gate.policy())
                  .with(
                      "judgements",
                      gate.judgements().stream()
                          .map(one -> JudgementWords.json(one).fields())
                          .toList())
                  .line());
      return CommandLine.ExitCode.OK;
    }
    if (gate.policy().isEmpty()) {
      out().println("no policy: a file gate.yaml in the model's folder makes one");
    } else {
      gate.policy().lines().forEach(line -> out().println("  " + line));
    }
    for (JudgementInfo judgement : gate.judgements()) {
      out().println();
      out()
          .printf(
              "version %d  %s: %s%n", judgement.version(), judgement.state(), judgement.message());
      JudgementWords.rules(judgement).forEach(line -> out().println("  " + line));
    }
    return CommandLine.ExitCode.OK;
  }
}
