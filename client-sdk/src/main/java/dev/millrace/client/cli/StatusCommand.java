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
    description = "Shows the versions of one model.")
final class StatusCommand extends ClientCommand {
  @Parameters(
      paramLabel = "MODEL",
      defaultValue = "mnist",
      description = "model to show (default: ${DEFAULT-VALUE})")
  private String model = "";

  @Override
  int ask(MillraceClient client) {
    ModelInfo status = client.model(model).status();
    if (options().isJson()) {
      out().println(Json.write(VersionTable.json(status)));
    } else {
      VersionTable.print(out(), List.of(status));
    }
    return CommandLine.ExitCode.OK;
  }
}
