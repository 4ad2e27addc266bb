package dev.millrace.client.cli;

import dev.millrace.client.testing.FakeServer;
import io.grpc.BindableService;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The program's commands against a real gRPC server with hand-written services. */
final class CommandRig implements AutoCloseable {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine program = new CommandLine(CommandSpec.create().name("millrace"));
  private final FakeServer server;

  private CommandRig(FakeServer server) {
    this.server = server;
    ClientCommands.addTo(program);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
  }

  static CommandRig start(BindableService... services) throws IOException {
    return new CommandRig(FakeServer.start(services));
  }

  /** Runs a command against the server; the exit code. */
  int run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--server", server.address()));
    return runAsItIs(all.toArray(String[]::new));
  }

  /** The same, where the command names a server itself. */
  int runAsItIs(String... words) {
    return program.execute(words);
  }

  /** What the commands have printed so far. */
  String out() {
    return out.toString();
  }

  /** The same of errors and progress. */
  String err() {
    return err.toString();
  }

  @Override
  public void close() throws InterruptedException {
    server.close();
  }
}
