package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelInfo;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace status}: the versions of one model. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows the versions of one model, who answers, and what its shadow has shown.")
final class StatusCommand extends ClientCommand {
  @Parameters(
      paramLabel = "MODEL",
      defaultValue = "mnist",
      description = "model to show (default: ${DEFAULT-VALUE})")
  private String model = "";

  @Override
  protected int ask(MillraceClient client) {
    ModelInfo status = client.model(model).status();
    if (isJson()) {
      Json json = TrafficWords.json(status);
      VersionTable.json(status).forEach(json::with);
      out().println(json.line());
    } else {
      VersionTable.print(out(), List.of(status));
      TrafficWords.lines(status).forEach(out()::println);
    }
    return CommandLine.ExitCode.OK;
  }
}
