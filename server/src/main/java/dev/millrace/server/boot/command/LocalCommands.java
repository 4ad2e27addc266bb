package dev.millrace.server.boot.command;

import java.security.SecureRandom;
import java.time.Clock;
import picocli.CommandLine;

/** The commands that work on a server's files where they lie, whether the server runs or not. */
public final class LocalCommands {
  private LocalCommands() {}

  /**
   * Adds them to the program.
   *
   * @param clock when keys are made, and when they end
   * @param random what keys are made of
   */
  public static void addTo(CommandLine program, Clock clock, SecureRandom random) {
    program.addSubcommand(new KeysCommand(clock, random));
    program.addSubcommand(new SignCommand());
    program.addSubcommand(new VerifyCommand());
    program.addSubcommand(new AuditCommand());
    program.addSubcommand(new RequestLogCommand());
  }
}
