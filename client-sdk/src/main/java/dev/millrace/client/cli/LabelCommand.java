package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace label}: points a label at a version, or takes it away. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = "Points a label at a version, or takes it away with --remove.")
final class LabelCommand extends ChangeCommand {
  @Parameters(index = "1", paramLabel = "LABEL", description = "such as 'challenger'")
  private String label = "";

  @Parameters(
      index = "2",
      paramLabel = "VERSION",
      arity = "0..1",
      defaultValue = "0",
      description = "number of the version")
  private long version;

  @Option(names = "--remove", description = "take the label away")
  private boolean remove;

  @Override
  protected int ask(MillraceClient client) {
    if (remove == version > 0) {
      throw new IllegalArgumentException("give a version, or --remove");
    }
    if (remove) {
      changes(client).removeLabel(label);
    } else {
      changes(client).setLabel(label, version);
    }
    tell(
        Json.object().with("model", model()).with("label", label).with("version", version),
        remove
            ? model() + " has no label '" + label + "' any more"
            : "'" + label + "' is " + model() + " version " + version);
    return CommandLine.ExitCode.OK;
  }
}
