package dev.millrace.server.boot;

import dev.millrace.client.cli.ClientCommands;
import dev.millrace.server.boot.command.LocalCommands;
import dev.millrace.server.model.NearestName;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The program {@code millrace}. */
public final class Main {
  static final String VERSION = "millrace 0.1.0";

  private Main() {}

  /**
   * Runs a command; the exit code is 0 when it is done, 1 when it failed, 2 when it was used
   * wrongly.
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandSpec millrace =
        CommandSpec.create().name("millrace").mixinStandardHelpOptions(true).version(VERSION);
    millrace
        .usageMessage()
        .description("Trains, judges and serves TensorFlow models.")
        .footer("Exit codes: 0 done, 1 failed, 2 wrong use.");
    millrace.addSubcommand("serve", ServeCommand.spec());
    CommandLine commandLine = new CommandLine(millrace);
    ClientCommands.addTo(commandLine);
    LocalCommands.addTo(commandLine, Clock.systemUTC(), new SecureRandom());
    commandLine.setExecutionStrategy(Main::run);
    commandLine.setParameterExceptionHandler(Main::explain);
    return commandLine;
  }

  private static int run(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    ParseResult command = parsed.subcommand();
    if (command == null) {
      parsed.commandSpec().commandLine().usage(System.err);
      return CommandLine.ExitCode.USAGE;
    }
    return command.commandSpec().name().equals("serve")
        ? ServeCommand.run(command)
        : new CommandLine.RunLast().execute(parsed);
  }

  /** Options of this server and TensorFlow Serving's flags are one list to mistype. */
  private static List<String> nearest(CommandLine.UnmatchedArgumentException unmatched) {
    String typed = unmatched.getUnmatched().get(0).split("=", 2)[0];
    return typed.startsWith("--")
        ? List.of(NearestName.of(typed, ServeCommand.names()))
        : unmatched.getSuggestions();
  }

  private static int explain(CommandLine.ParameterException wrong, String... arguments) {
    CommandLine command = wrong.getCommandLine();
    StringBuilder message = new StringBuilder("error: ").append(wrong.getMessage());
    if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> suggestions =
          command.getCommandName().equals("serve")
              ? nearest(unmatched)
              : unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        message.append("; did you mean '").append(suggestions.get(0)).append("'?");
      }
    }
    command.getErr().println(message);
    command.getErr().println(command.getCommandSpec().qualifiedName() + " --help tells more");
    return CommandLine.ExitCode.USAGE;
  }
}
