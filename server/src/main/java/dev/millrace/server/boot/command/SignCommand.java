package dev.millrace.server.boot.command;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.repository.SigningKey;
import dev.millrace.server.repository.VersionSignatures;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace sign}: vouches for a version's files. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = {
      "Signs the files of a version, so that models that require signatures take it.",
      "The signature lies beside them as manifest.sig, and goes along with an import."
    })
final class SignCommand extends SignatureCommand {
  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description =
          "private key, as PEM; 'openssl genpkey -algorithm ed25519 -out private.pem' makes one")
  private Path key = Path.of("");

  @Override
  String work(ModelName model, Path folder) throws IOException {
    try {
      int files = VersionSignatures.sign(model, folder, SigningKey.read(key));
      return "signed " + files + " files as a version of model '" + model + "'";
    } catch (IOException failed) {
      throw new IOException("not signed: " + failed.getMessage(), failed);
    }
  }
}
