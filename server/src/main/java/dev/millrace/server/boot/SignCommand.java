package dev.millrace.server.boot;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.repository.SigningKey;
import dev.millrace.server.repository.VersionSignatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace sign}: vouches for a version's files. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = {
      "Signs the files of a version, so that models that require signatures take it.",
      "The signature lies beside them as manifest.sig, and goes along with an import."
    })
final class SignCommand implements Callable<Integer> {
  @Mixin private SignedFolder version = new SignedFolder();

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description =
          "private key, as PEM; 'openssl genpkey -algorithm ed25519 -out private.pem' makes one")
  private Path key = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try {
      ModelName model = version.model();
      int files = VersionSignatures.sign(model, version.folder(), SigningKey.read(key));
      spec.commandLine()
          .getOut()
          .println("signed " + files + " files as a version of model '" + model + "'");
      return CommandLine.ExitCode.OK;
    } catch (IllegalArgumentException wrongUse) {
      spec.commandLine().getErr().println("error: " + wrongUse.getMessage());
      return CommandLine.ExitCode.USAGE;
    } catch (IOException failed) {
      spec.commandLine().getErr().println("error: not signed: " + failed.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }
}
