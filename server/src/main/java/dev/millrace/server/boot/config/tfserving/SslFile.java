package dev.millrace.server.boot.config.tfserving;

import dev.millrace.proto.tfserving.SSLConfig;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.TlsIdentity;
import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.TlsPem;
import dev.millrace.server.security.tls.UnusableTlsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TensorFlow Serving's SSL file.
 *
 * @param pem what the gRPC door shows
 * @param clientVerify true to take no caller without a certificate
 * @param warnings of fields without effect
 */
record SslFile(TlsPem pem, boolean clientVerify, List<String> warnings) {
  private static final TfServingFlag FLAG = TfServingFlag.SSL_CONFIG_FILE;

  /**
   * Reads the file.
   *
   * @throws ConfigurationException with the field at fault, and without its content
   */
  static SslFile read(Path file) {
    return parse(TextProto.text(file, FLAG));
  }

  /** What the gRPC door shows, read from the file anew each time. */
  TlsIdentity identity(Path file) {
    return new TlsIdentity(
        () -> reread(file), clientVerify ? ClientCertificates.REQUIRED : ClientCertificates.NONE);
  }

  private static TlsPem reread(Path file) throws UnusableTlsException {
    try {
      return read(file).pem();
    } catch (ConfigurationException unusable) {
      throw new UnusableTlsException(String.valueOf(unusable.getMessage()));
    }
  }

  static SslFile parse(String text) {
    SSLConfig.Builder config = SSLConfig.newBuilder();
    List<String> warnings;
    try {
      warnings = TextProto.parse(text, FLAG, config);
    } catch (ConfigurationException wrong) {
      // Its words may quote the key.
      throw new ConfigurationException(
          FLAG.option() + " is no text of the form of an SSLConfig message");
    }
    require("server_key", config.getServerKey(), "PRIVATE KEY");
    require("server_cert", config.getServerCert(), "CERTIFICATE");
    if (!config.getServerKey().contains("BEGIN PRIVATE KEY")) {
      throw new ConfigurationException(
          FLAG.option()
              + ": server_key must be unencrypted PKCS#8 ('BEGIN PRIVATE KEY'); 'openssl pkcs8"
              + " -topk8 -nocrypt' makes it from other forms");
    }
    Optional<String> authorities = Optional.of(config.getCustomCa()).filter(pem -> !pem.isEmpty());
    authorities.ifPresent(pem -> require("custom_ca", pem, "CERTIFICATE"));
    return new SslFile(
        new TlsPem(config.getServerCert(), config.getServerKey(), authorities),
        config.getClientVerify(),
        warnings);
  }

  private static void require(String field, String pem, String what) {
    if (!pem.contains(what + "-----")) {
      throw new ConfigurationException(
          FLAG.option() + ": " + field + " must be PEM with a '" + what + "'");
    }
  }
}
