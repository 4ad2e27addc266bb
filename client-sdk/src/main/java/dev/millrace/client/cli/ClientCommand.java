package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that asks a server: connects, prints the answer, and turns failures into one line and
 * an exit code.
 */
abstract class ClientCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Asks and prints; what it returns is the exit code. */
  abstract int ask(MillraceClient client);

  @Override
  public final Integer call() {
    try (MillraceClient client = options.connect()) {
      return ask(client);
    } catch (MillraceException failed) {
      err().println("error: " + explain(failed));
      return CommandLine.ExitCode.SOFTWARE;
    } catch (UncheckedIOException unreadable) {
      err().println("error: a file cannot be read: " + unreadable.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    } catch (IllegalArgumentException wrongUse) {
      err().println("error: " + wrongUse.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
  }

  ServerOptions options() {
    return options;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private String explain(MillraceException failed) {
    if (failed.isRetryable() && failed.reason().isEmpty()) {
      return "no server answers at " + options.server() + "; start one with 'millrace serve'";
    }
    String reason = failed.reason().isEmpty() ? failed.code().name() : failed.reason();
    return failed.getMessage() + " (" + reason + ")";
  }
}
