package dev.millrace.server.boot;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.repository.TrustedKeys;
import dev.millrace.server.repository.VersionSignatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace verify}: holds a version's files against their signature. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Tells whether the files of a version are those that somebody trusted has signed.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private SignedFolder version = new SignedFolder();

  @Option(
      names = "--keys",
      required = true,
      paramLabel = "FILE",
      description =
          "trusted public keys, as PEM; 'openssl pkey -in private.pem -pubout' writes one")
  private Path keys = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try {
      ModelName model = version.model();
      TrustedKeys.read(keys);
      new VersionSignatures(Optional.of(keys)).require(model, "the version", version.folder());
      spec.commandLine().getOut().println("signed as a version of model '" + model + "'");
      return CommandLine.ExitCode.OK;
    } catch (IllegalArgumentException wrongUse) {
      spec.commandLine().getErr().println("error: " + wrongUse.getMessage());
      return CommandLine.ExitCode.USAGE;
    } catch (IOException unreadable) {
      spec.commandLine().getErr().println("error: " + unreadable.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    } catch (ServingException refused) {
      spec.commandLine().getErr().println("error: " + refused.message());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }
}
