package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ModelInfo;
import dev.millrace.client.TrafficSplit;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace traffic}: sends shares of the callers, or copies, to other versions. */
@Command(
    name = "traffic",
    mixinStandardHelpOptions = true,
    description =
        "Sends shares of the callers that name a model alone to other versions than the champion,"
            + " and copies to a shadow. Replaces what was set before.")
final class TrafficCommand extends ChangeCommand {
  @Option(
      names = "--canary",
      paramLabel = "VERSION=SHARE",
      description = "a version that answers a share, such as 4=0.1; may be given several times")
  private List<String> canaries = List.of();

  @Option(
      names = "--shadow",
      paramLabel = "VERSION=SHARE",
      description = "a version that gets copies of a share, such as 5=1")
  private String shadow = "";

  @Option(names = "--clear", description = "all callers to the champion, and no copies")
  private boolean clear;

  @Override
  protected int ask(MillraceClient client) {
    if (clear != (canaries.isEmpty() && shadow.isEmpty())) {
      throw new IllegalArgumentException("give --canary or --shadow, or --clear alone");
    }
    TrafficSplit split =
        new TrafficSplit(
            canaries.stream().map(TrafficCommand::share).toList(),
            shadow.isEmpty() ? Optional.empty() : Optional.of(share(shadow)));
    ModelInfo changed = changes(client).setTraffic(split);
    tell(TrafficWords.json(changed), TrafficWords.traffic(changed));
    return CommandLine.ExitCode.OK;
  }

  private static TrafficSplit.Share share(String text) {
    String[] parts = text.split("=", -1);
    try {
      if (parts.length == 2) {
        return new TrafficSplit.Share(Long.parseLong(parts[0]), Double.parseDouble(parts[1]));
      }
    } catch (NumberFormatException malformed) {
      // Told below.
    }
    throw new IllegalArgumentException("'" + text + "' is no VERSION=SHARE such as 4=0.1");
  }
}
