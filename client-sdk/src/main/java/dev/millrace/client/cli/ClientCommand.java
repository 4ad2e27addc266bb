package dev.millrace.client.cli;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that asks a server: connects, prints the answer, and turns failures into one line and
 * an exit code.
 */
public abstract class ClientCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Asks and prints; what it returns is the exit code. */
  protected abstract int ask(MillraceClient client);

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

  /** True when the answer is for programs, as JSON. */
  protected final boolean isJson() {
    return options.isJson();
  }

  /** Where the answer goes. */
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private String explain(MillraceException failed) {
    Optional<String> handshake = handshakeFault(failed);
    if (handshake.isPresent()) {
      return "no secure connection to " + options.server() + ": " + handshake.get();
    }
    if (failed.isRetryable() && failed.reason().isEmpty()) {
      return "no server answers at " + options.server() + "; start one with 'millrace serve'";
    }
    String reason = failed.reason().isEmpty() ? failed.code().name() : failed.reason();
    return failed.getMessage() + " (" + reason + ")";
  }

  /** Both sides of a failed handshake look like a server that is not there. */
  private static Optional<String> handshakeFault(Throwable failed) {
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return Optional.of(
            "its certificate is not trusted, or bears another name; --ca names who vouches for it,"
                + " --server-name the name");
      }
      if (cause instanceof NotSslRecordException) {
        return Optional.of("it speaks plain text; leave out --tls");
      }
    }
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return Optional.of(
            "the handshake failed; it may want a certificate, which --cert and --key name");
      }
    }
    return Optional.empty();
  }
}
