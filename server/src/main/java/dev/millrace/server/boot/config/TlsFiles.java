package dev.millrace.server.boot.config;

import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.PemFiles;
import java.nio.file.Path;
import java.util.Optional;

/** The options of TLS, and how they go together. Stateless. */
final class TlsFiles {
  private TlsFiles() {}

  /**
   * What doors show; empty when no certificate is named.
   *
   * @param authorities file of those who vouch for callers; empty for none
   * @throws ConfigurationException if one option needs another
   */
  static Optional<TlsIdentity> of(
      String certificate, String key, String authorities, ClientCertificates clients) {
    boolean asked = clients != ClientCertificates.NONE;
    if (asked == authorities.isEmpty()) {
      throw new ConfigurationException(
          "tls-client-ca and tls-client-certificates optional or required belong together; give"
              + " both");
    }
    if (certificate.isEmpty() && key.isEmpty() && !asked) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new ConfigurationException("tls-certificate and tls-key belong together; give both");
    }
    return Optional.of(
        new TlsIdentity(
            new PemFiles(
                Path.of(certificate),
                Path.of(key),
                asked ? Optional.of(Path.of(authorities)) : Optional.empty()),
            clients));
  }
}
