package dev.millrace.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a client encrypts and whom it trusts. The server's certificate is always checked, and the
 * name in it. Immutable.
 */
public final class ClientTls {
  private static final ClientTls SYSTEM =
      new ClientTls(Optional.empty(), Optional.empty(), Optional.empty(), "");

  private final Optional<Path> authorities;
  private final Optional<Path> certificates;
  private final Optional<Path> key;
  private final String serverName;

  private ClientTls(
      Optional<Path> authorities,
      Optional<Path> certificates,
      Optional<Path> key,
      String serverName) {
    this.authorities = authorities;
    this.certificates = certificates;
    this.key = key;
    this.serverName = serverName;
  }

  /** Trusts servers that Java trusts, and shows no certificate. */
  public static ClientTls system() {
    return SYSTEM;
  }

  /** Trusts servers that these vouch for, and no others; a PEM file of certificates. */
  public ClientTls trusting(Path others) {
    return new ClientTls(Optional.of(others), certificates, key, serverName);
  }

  /**
   * Shows a certificate.
   *
   * @param own PEM file of it, followed by those that vouch for it
   * @param itsKey PEM file of its key, as unencrypted PKCS#8
   */
  public ClientTls identity(Path own, Path itsKey) {
    return new ClientTls(authorities, Optional.of(own), Optional.of(itsKey), serverName);
  }

  /**
   * Expects another name in the server's certificate than the target's, for servers behind an
   * address or a tunnel.
   */
  public ClientTls serverName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("the server's name is empty");
    }
    return new ClientTls(authorities, certificates, key, name);
  }

  /** The name expected in the server's certificate; empty for the target's. */
  String serverName() {
    return serverName;
  }

  /**
   * Reads the files.
   *
   * @throws UncheckedIOException if one cannot be read
   * @throws IllegalArgumentException if one is no PEM of what it should be
   */
  ChannelCredentials credentials() {
    TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
    try {
      if (authorities.isPresent()) {
        builder.trustManager(pem(authorities.get(), "CERTIFICATE"));
      }
      if (certificates.isPresent() && key.isPresent()) {
        builder.keyManager(pem(certificates.get(), "CERTIFICATE"), pem(key.get(), "PRIVATE KEY"));
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return builder.build();
  }

  private static InputStream pem(Path file, String what) throws IOException {
    byte[] content = Files.readAllBytes(file);
    String text = new String(content, java.nio.charset.StandardCharsets.ISO_8859_1);
    if (!text.contains("-----BEGIN " + what + "-----")) {
      throw new IllegalArgumentException(
          "'"
              + file
              + "' must be PEM with a '"
              + what
              + "'"
              + (what.equals("PRIVATE KEY")
                  ? "; 'openssl pkcs8 -topk8 -nocrypt' makes it from other forms"
                  : ""));
    }
    return new ByteArrayInputStream(content);
  }

  /** Without the files' content. */
  @Override
  public String toString() {
    return "ClientTls["
        + (certificates.isPresent() ? "with a certificate" : "no certificate")
        + "]";
  }
}
