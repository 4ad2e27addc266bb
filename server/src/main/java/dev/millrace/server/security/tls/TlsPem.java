package dev.millrace.server.security.tls;

import java.util.Optional;

/**
 * What a door shows of itself and whom it trusts, as PEM that nobody has looked at yet.
 *
 * @param certificates the server's certificate and those that vouch for it, its own first
 * @param key the private key, as unencrypted PKCS#8
 * @param clientAuthorities who vouches for callers; empty for whom Java trusts
 */
public record TlsPem(String certificates, String key, Optional<String> clientAuthorities) {
  /** Without the key. */
  @Override
  public String toString() {
    return "TlsPem[]";
  }
}
