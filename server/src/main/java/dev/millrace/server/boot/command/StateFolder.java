package dev.millrace.server.boot.command;

import dev.millrace.server.boot.config.ServeOption;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The state folder of a server, for commands that work on it whether the server runs or not. */
final class StateFolder {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "the server's state folder (default: .millrace, or MILLRACE_DATA_DIR)")
  private String given = "";

  /** The option's, or else the environment's, or else the default. */
  Path path() {
    String environment =
        System.getenv().getOrDefault(ServeOption.DATA_DIR.environmentVariable(), "");
    String chosen = given.isEmpty() ? environment : given;
    return Path.of(chosen.isEmpty() ? ServeOption.DATA_DIR.defaultValue() : chosen);
  }
}
