package dev.millrace.server.security.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * PEM in files, which may be links that are exchanged.
 *
 * @param certificates file of the server's certificates
 * @param key file of its key
 * @param clientAuthorities file of those who vouch for callers
 */
public record PemFiles(Path certificates, Path key, Optional<Path> clientAuthorities)
    implements PemSource {
  private static final long LARGEST = 1 << 20;

  @Override
  public TlsPem read() throws UnusableTlsException {
    Optional<String> authorities =
        clientAuthorities.isEmpty()
            ? Optional.empty()
            : Optional.of(text("tls-client-ca", clientAuthorities.get()));
    return new TlsPem(text("tls-certificate", certificates), text("tls-key", key), authorities);
  }

  private static String text(String option, Path file) throws UnusableTlsException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new UnusableTlsException(option + ": '" + file + "' is larger than 1 MiB");
      }
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UnusableTlsException(option + ": '" + file + "' cannot be read");
    }
  }
}
