package dev.millrace.client.cli;

import picocli.CommandLine;

/** The client's commands, to be added to a program. */
public final class ClientCommands {
  private ClientCommands() {}

  /** Adds them as subcommands. */
  public static void addTo(CommandLine program) {
    program.addSubcommand(new PredictCommand());
    program.addSubcommand(new TrainCommand());
    program.addSubcommand(new RecipesCommand());
    program.addSubcommand(new SweepCommand());
    program.addSubcommand(new DatasetCommand());
    program.addSubcommand(new EvaluateCommand());
    program.addSubcommand(new ImportCommand());
    program.addSubcommand(new ModelsCommand());
    program.addSubcommand(new StatusCommand());
    program.addSubcommand(new ExplainCommand());
    program.addSubcommand(new DiffCommand());
    program.addSubcommand(new JobsCommand());
    program.addSubcommand(new TrafficCommand());
    program.addSubcommand(new DisagreementsCommand());
    program.addSubcommand(new LoadCommand());
    program.addSubcommand(new UnloadCommand());
    program.addSubcommand(new DeleteCommand());
    program.addSubcommand(new LabelCommand());
    program.addSubcommand(new PromoteCommand());
    program.addSubcommand(new RollbackCommand());
    program.addSubcommand(new GateCommand());
    program.addSubcommand(new HistoryCommand());
    program.addSubcommand(new UsageCommand());
  }
}
