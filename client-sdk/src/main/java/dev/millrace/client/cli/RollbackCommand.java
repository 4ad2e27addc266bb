package dev.millrace.client.cli;

import dev.millrace.client.ChampionMove;
import dev.millrace.client.MillraceClient;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace rollback}: makes the former champion the champion again. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = "Makes the former champion the champion again.")
final class RollbackCommand extends ChangeCommand {
  @Override
  protected int ask(MillraceClient client) {
    ChampionMove move = changes(client).rollBack();
    tell(
        Json.object()
            .with("model", model())
            .with("left_version", move.from().orElse(0))
            .with("restored_version", move.to()),
        model()
            + " version "
            + move.to()
            + " is the champion again; version "
            + move.from().orElse(0)
            + " is no longer");
    return CommandLine.ExitCode.OK;
  }
}
