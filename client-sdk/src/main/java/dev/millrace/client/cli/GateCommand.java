package dev.millrace.client.cli;

import picocli.CommandLine.Command;

/** {@code millrace gate}: what stands between a version and the champion's place. */
@Command(
    name = "gate",
    mixinStandardHelpOptions = true,
    description = "Shows and uses the gate between a model's versions and its champion.",
    subcommands = {GateShowCommand.class, GateJudgeCommand.class, GateOverrideCommand.class},
    synopsisSubcommandLabel = "(show | judge | override)")
final class GateCommand {}
