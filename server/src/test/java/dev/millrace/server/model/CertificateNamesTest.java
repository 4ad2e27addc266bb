package dev.millrace.server.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.SelfSigned;
import java.lang.reflect.Proxy;
import java.security.cert.Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

final class CertificateNamesTest {
  private static final String NAMES =
      "san=ip:10.0.0.1,uri:spiffe://example.org/alice,email:a@example.org,dns:a.example.org";
  private static final SelfSigned ALICE =
      SelfSigned.lasting("alice", (folder, name) -> SelfSigned.named(folder, name, NAMES));

  @Test
  void of_certificate_hasTheNamesOfPeopleAndMachinesAndThenTheSubject() throws Exception {
    assertThat(CertificateNames.of(ALICE.x509()))
        .containsExactly(
            "URI:spiffe://example.org/alice",
            "EMAIL:a@example.org",
            "DNS:a.example.org",
            "CN=alice");
  }

  @Test
  void of_sessionOfAVerifiedPeer_hasThoseOfItsOwnCertificate() throws Exception {
    assertThat(CertificateNames.of(session(ALICE.x509()))).contains("CN=alice");
    assertThat(CertificateNames.of(session())).isEmpty();
  }

  @Test
  void of_peerWhoShowedNoCertificate_isEmpty() {
    assertThat(CertificateNames.of((SSLSession) null)).isEmpty();
    assertThat(CertificateNames.of(asked(new SSLPeerUnverifiedException("none")))).isEmpty();
  }

  private static SSLSession session(Certificate... chain) {
    return asked(chain);
  }

  /** A session that is asked for its peer's certificates alone. */
  private static SSLSession asked(Object answer) {
    return (SSLSession)
        Proxy.newProxyInstance(
            SSLSession.class.getClassLoader(),
            new Class<?>[] {SSLSession.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("getPeerCertificates");
              if (answer instanceof Throwable failure) {
                throw failure;
              }
              return answer;
            });
  }
}
