package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelInfo;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace explain}: how a model's versions are run, and why. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Shows how a model's versions are run and why: warm-up, cores, batch sizes.")
final class ExplainCommand extends ClientCommand {
  @Parameters(
      paramLabel = "MODEL",
      defaultValue = "mnist",
      description = "model to explain (default: ${DEFAULT-VALUE})")
  private String model = "";

  @Override
  protected int ask(MillraceClient client) {
    ModelInfo status = client.model(model).status();
    if (isJson()) {
      out().println(Json.write(Explanation.json(status)));
    } else {
      Explanation.print(out(), status);
    }
    return CommandLine.ExitCode.OK;
  }
}
