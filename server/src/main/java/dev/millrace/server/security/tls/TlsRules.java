package dev.millrace.server.security.tls;

import java.time.Duration;
import java.util.List;

/** What every door speaks: nothing without forward secrecy and authenticated encryption. */
public final class TlsRules {
  /** Versions, the best first. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Cipher suites by their standard names, the best first: RFC 8446 and RFC 9325, section 4.2. */
  public static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** How long a session may be resumed, which neither shows nor checks a certificate. */
  public static final Duration SESSION = Duration.ofMinutes(1);

  private TlsRules() {}
}
