package dev.millrace.server.gateway;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;

/**
 * What the HTTP door shows of itself, and what it asks of callers.
 *
 * @param shown key and certificates of now; asked by each connection
 * @param trust judges certificates of callers
 * @param asked whether callers show one
 * @param protocols versions of TLS
 * @param ciphers cipher suites by their standard names
 * @param session how long a session may be resumed
 */
public record HttpTls(
    Supplier<Shown> shown,
    TrustManager trust,
    Asked asked,
    List<String> protocols,
    List<String> ciphers,
    Duration session) {
  /**
   * A key with its certificates.
   *
   * @param key the private key
   * @param chain the server's certificate and those that vouch for it, its own first
   */
  public record Shown(PrivateKey key, List<X509Certificate> chain) {
    /** Without the key. */
    @Override
    public String toString() {
      return "Shown[]";
    }
  }

  /** Whether callers show a certificate. */
  public enum Asked {
    /** They are not asked. */
    NOT,
    /** They may. */
    OPTIONALLY,
    /** They must. */
    ALWAYS
  }

  /** Has a server speak it. */
  void addTo(ServerBuilder builder) {
    builder.tlsProvider(
        new TlsProvider() {
          @Override
          public TlsKeyPair keyPair(String name) {
            Shown now = shown.get();
            return TlsKeyPair.of(now.key(), now.chain());
          }
        },
        ServerTlsConfig.builder()
            .clientAuth(
                switch (asked) {
                  case NOT -> ClientAuth.NONE;
                  case OPTIONALLY -> ClientAuth.OPTIONAL;
                  case ALWAYS -> ClientAuth.REQUIRE;
                })
            .tlsCustomizer(
                context ->
                    context
                        .trustManager(trust)
                        .protocols(protocols)
                        .ciphers(ciphers, SupportedCipherSuiteFilter.INSTANCE)
                        .sessionTimeout(session.toSeconds()))
            .build());
  }
}
