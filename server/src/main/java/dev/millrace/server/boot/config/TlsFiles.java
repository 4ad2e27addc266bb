package dev.millrace.server.boot.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The files of a key and its certificates. Stateless. */
final class TlsFiles {
  private TlsFiles() {}

  /**
   * Reads both; empty when neither is named.
   *
   * @throws ConfigurationException without the content of the files
   */
  static Optional<TlsIdentity> read(String certificate, String key) {
    if (certificate.isEmpty() && key.isEmpty()) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new ConfigurationException("tls-certificate and tls-key belong together; give both");
    }
    return Optional.of(
        new TlsIdentity(
            read(ServeOption.TLS_CERTIFICATE, certificate, "BEGIN CERTIFICATE-----"),
            read(ServeOption.TLS_KEY, key, "BEGIN PRIVATE KEY-----"),
            Optional.empty(),
            false));
  }

  private static String read(ServeOption option, String file, String mark) {
    String pem;
    try {
      pem = Files.readString(Path.of(file));
    } catch (IOException | IllegalArgumentException unreadable) {
      throw new ConfigurationException(option.key() + ": '" + file + "' cannot be read");
    }
    if (!pem.contains(mark)) {
      throw new ConfigurationException(
          option == ServeOption.TLS_KEY
              ? "tls-key must be unencrypted PKCS#8 ('BEGIN PRIVATE KEY'); 'openssl pkcs8 -topk8"
                  + " -nocrypt' makes it from other forms"
              : "tls-certificate must be PEM with a 'CERTIFICATE'");
    }
    return pem;
  }
}
