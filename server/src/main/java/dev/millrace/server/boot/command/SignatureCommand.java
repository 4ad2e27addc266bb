package dev.millrace.server.boot.command;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands about signatures of versions share. */
abstract class SignatureCommand implements Callable<Integer> {
  @Mixin private SignedFolder version = new SignedFolder();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public final Integer call() {
    try {
      spec.commandLine().getOut().println(work(version.model(), version.folder()));
      return CommandLine.ExitCode.OK;
    } catch (IllegalArgumentException wrongUse) {
      return failed(wrongUse.getMessage(), CommandLine.ExitCode.USAGE);
    } catch (IOException failed) {
      return failed(failed.getMessage(), CommandLine.ExitCode.SOFTWARE);
    } catch (ServingException refused) {
      return failed(refused.message(), CommandLine.ExitCode.SOFTWARE);
    }
  }

  private int failed(@Nullable String why, int exitCode) {
    spec.commandLine().getErr().println("error: " + why);
    return exitCode;
  }

  /**
   * Does it.
   *
   * @return what is printed
   * @throws IllegalArgumentException if the options are wrong
   * @throws ServingException if the version is refused
   */
  abstract String work(ModelName model, Path folder) throws IOException;
}
