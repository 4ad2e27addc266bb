package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelInfo;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace models}: lists the models. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Lists the models and their versions.")
final class ModelsCommand extends ClientCommand {
  @Override
  protected int ask(MillraceClient client) {
    List<ModelInfo> models = client.models();
    if (isJson()) {
      out()
          .println(
              Json.object()
                  .with("models", models.stream().map(VersionTable::json).toList())
                  .line());
    } else if (models.isEmpty()) {
      out().println("no models yet; train one with 'millrace train'");
    } else {
      VersionTable.print(out(), models);
    }
    return CommandLine.ExitCode.OK;
  }
}
