package dev.millrace.server.gateway;

import com.linecorp.armeria.server.ServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * What the HTTP door shows of itself, as PEM.
 *
 * @param certificates the server's certificate and those that vouch for it, its own first
 * @param key the private key, as PKCS#8
 */
public record HttpTls(String certificates, String key) {
  /**
   * Has a server speak TLS 1.3 and 1.2, by ciphers that are sound.
   *
   * @throws IllegalArgumentException if the key or the certificates are none
   */
  void addTo(ServerBuilder builder) {
    builder.tls(stream(certificates), stream(key));
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "HttpTls[]";
  }
}
