package dev.millrace.client.cli;

import dev.millrace.client.ChampionMove;
import dev.millrace.client.MillraceClient;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace promote}: makes a version the champion. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description = "Makes a version the one that answers callers who name the model alone.")
final class PromoteCommand extends VersionCommand {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,7}) ?(s|m|h)");

  @Option(
      names = "--allow-breaking",
      description = "promote although callers of the champion would break")
  private boolean allowBreaking;

  @Option(
      names = "--bake",
      paramLabel = "TIME",
      description = "how long the former champion stays loaded (default: the model's settings)")
  private String bake = "";

  @Override
  protected int ask(MillraceClient client) {
    ChampionMove move = changes(client).promote(version(), allowBreaking, bake());
    tell(
        json("promoted").with("former_version", move.from().orElse(0)),
        subject()
            + " is the champion"
            + (move.from().isPresent()
                ? "; before it was version " + move.from().getAsLong()
                : ""));
    return CommandLine.ExitCode.OK;
  }

  private Optional<Duration> bake() {
    if (bake.isEmpty()) {
      return Optional.empty();
    }
    Matcher time = TIME.matcher(bake);
    if (!time.matches()) {
      throw new IllegalArgumentException("--bake takes a time such as 30s, 10m or 2h");
    }
    long amount = Long.parseLong(time.group(1));
    return Optional.of(
        switch (time.group(2)) {
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        });
  }
}
