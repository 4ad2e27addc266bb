package dev.millrace.server.boot.config;

import java.util.Optional;

/**
 * What the gRPC door shows of itself, and what it asks of callers. All of it is PEM.
 *
 * @param certificates the server's certificate and those that vouch for it, its own first
 * @param key the private key, as PKCS#8
 * @param clientAuthorities who vouches for callers; empty for whom Java trusts
 * @param clientCertificate true to take no caller without a certificate
 */
public record TlsIdentity(
    String certificates,
    String key,
    Optional<String> clientAuthorities,
    boolean clientCertificate) {
  /** Without the key. */
  @Override
  public String toString() {
    return "TlsIdentity[clientCertificate=" + clientCertificate + "]";
  }
}
