package dev.millrace.client.cli;

import dev.millrace.client.ClientTls;
import dev.millrace.client.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command encrypts, and who it says that it is. No secret is given on the command line. */
final class SecurityOptions {
  static final String KEY_VARIABLE = "MILLRACE_API_KEY";
  static final String KEY_FILE_VARIABLE = "MILLRACE_API_KEY_FILE";
  static final String TOKEN_VARIABLE = "MILLRACE_TOKEN";
  static final String CA_VARIABLE = "MILLRACE_CA";

  @Option(names = "--tls", description = "encrypt; --ca, --cert and --server-name imply it")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "trust servers that these certificates vouch for, and no others (PEM); also "
              + CA_VARIABLE)
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "certificate to show, followed by those that vouch for it (PEM)")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "its key, as unencrypted PKCS#8 (PEM)")
  private @Nullable Path key;

  @Option(
      names = "--server-name",
      paramLabel = "NAME",
      description = "name in the server's certificate, where --server is another")
  private String serverName = "";

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description =
          "file of the API key; also " + KEY_FILE_VARIABLE + ", or the key in " + KEY_VARIABLE)
  private @Nullable Path apiKeyFile;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "file of a token to bear instead; also the token in " + TOKEN_VARIABLE)
  private @Nullable Path tokenFile;

  @Option(
      names = "--plain-text-credentials",
      description = "send the key or token to another machine even without TLS")
  private boolean inPlainText;

  /**
   * How to encrypt; empty for plain text.
   *
   * @throws IllegalArgumentException if one option needs another
   */
  Optional<ClientTls> tls(Map<String, String> environment) {
    Path ca = authorities;
    if (ca == null && environment.containsKey(CA_VARIABLE)) {
      ca = Path.of(environment.getOrDefault(CA_VARIABLE, ""));
    }
    Path own = certificate;
    Path itsKey = key;
    if ((own == null) != (itsKey == null)) {
      throw new IllegalArgumentException("--cert and --key belong together; give both");
    }
    if (!tls && ca == null && own == null && serverName.isEmpty()) {
      return Optional.empty();
    }
    ClientTls how = ClientTls.system();
    how = ca == null ? how : how.trusting(ca);
    how = own == null || itsKey == null ? how : how.identity(own, itsKey);
    return Optional.of(serverName.isEmpty() ? how : how.serverName(serverName));
  }

  /**
   * Who calls; empty for nobody. Files are read before each call.
   *
   * @throws IllegalArgumentException if there is both a key and a token
   */
  Optional<Credentials> credentials(Map<String, String> environment) {
    Optional<Supplier<String>> apiKey =
        secret(apiKeyFile, KEY_FILE_VARIABLE, KEY_VARIABLE, environment);
    Optional<Supplier<String>> token = secret(tokenFile, "", TOKEN_VARIABLE, environment);
    if (apiKey.isPresent() && token.isPresent()) {
      throw new IllegalArgumentException("there is both an API key and a token; give one");
    }
    return apiKey
        .map(Credentials::apiKey)
        .or(() -> token.map(Credentials::bearerToken))
        .map(who -> inPlainText ? who.evenInPlainText() : who);
  }

  private static Optional<Supplier<String>> secret(
      @Nullable Path file, String fileVariable, String variable, Map<String, String> environment) {
    if (file != null) {
      return Optional.of(() -> read(file));
    }
    String named = environment.getOrDefault(fileVariable, "");
    if (!named.isEmpty()) {
      return Optional.of(() -> read(Path.of(named)));
    }
    String value = environment.getOrDefault(variable, "");
    return value.isEmpty() ? Optional.empty() : Optional.of(() -> value);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("'" + file + "' cannot be read", unreadable);
    }
  }
}
