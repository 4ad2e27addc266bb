package dev.millrace.server.boot.command;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.repository.TrustedKeys;
import dev.millrace.server.repository.VersionSignatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace verify}: holds a version's files against their signature. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Tells whether the files of a version are those that somebody trusted has signed.")
final class VerifyCommand extends SignatureCommand {
  @Option(
      names = "--keys",
      required = true,
      paramLabel = "FILE",
      description =
          "trusted public keys, as PEM; 'openssl pkey -in private.pem -pubout' writes one")
  private Path keys = Path.of("");

  @Override
  String work(ModelName model, Path folder) throws IOException {
    TrustedKeys.read(keys);
    new VersionSignatures(Optional.of(keys)).require(model, "the version", folder);
    return "signed as a version of model '" + model + "'";
  }
}
