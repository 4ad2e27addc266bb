package dev.millrace.server.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.SelfSigned;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of PEM, whom it has trusted, and what is shown of it. */
final class TlsPartsTest {
  private static final SelfSigned OWN = SelfSigned.lasting("own", SelfSigned::make);
  private static final SelfSigned OTHER = SelfSigned.lasting("other", SelfSigned::make);
  private static final SelfSigned RSA = SelfSigned.lasting("rsa", SelfSigned::rsa);

  @Test
  void of_certificateAroundItsTime_holdsFromItsFirstToItsLastMoment() throws Exception {
    Instant begin = OWN.x509().getNotBefore().toInstant();
    Instant end = OWN.x509().getNotAfter().toInstant();
    TlsPem pem = pem(OWN, Optional.empty());
    assertThat(TlsMaterial.of(pem, begin).expiry()).isEqualTo(end);
    assertThat(TlsMaterial.of(pem, end).clientAuthorities()).isEmpty();
    assertThatThrownBy(() -> TlsMaterial.of(pem, begin.minusMillis(1)))
        .hasMessage("tls-certificate is not valid before " + begin);
    assertThatThrownBy(() -> TlsMaterial.of(pem, end.plusMillis(1)))
        .hasMessage("tls-certificate is out of date since " + end);
  }

  @Test
  void of_chainAndAuthorities_areAllReadInTheirOrder() throws Exception {
    TlsPem pem =
        new TlsPem(
            OWN.certificate() + OTHER.certificate(),
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + OWN.key(),
            Optional.of(OTHER.certificate() + RSA.certificate()));
    TlsMaterial material = TlsMaterial.of(pem, Instant.now());
    assertThat(material.chain()).containsExactly(OWN.x509(), OTHER.x509());
    assertThat(material.clientAuthorities().orElseThrow())
        .containsExactly(OTHER.x509(), RSA.x509());
    assertThat(TlsMaterial.of(pem(RSA, Optional.empty()), Instant.now()).chain())
        .containsExactly(RSA.x509());
  }

  @Test
  void of_damagedPart_isNamedByItsOption() {
    String damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assertThatThrownBy(
            () -> TlsMaterial.of(new TlsPem(damaged, OWN.key(), Optional.empty()), Instant.now()))
        .hasMessage("tls-certificate has a damaged 'CERTIFICATE'");
    assertThatThrownBy(() -> TlsMaterial.of(pem(OWN, Optional.of("none")), Instant.now()))
        .hasMessageStartingWith("tls-client-ca must be PEM");
    assertThatThrownBy(
            () ->
                TlsMaterial.of(
                    pem(OWN, Optional.of(OTHER.certificate() + damaged.substring(0, 40))),
                    Instant.now()))
        .hasMessageStartingWith("tls-client-ca must be PEM");
  }

  @Test
  void toString_ofEachPart_hasNoKey() throws Exception {
    TlsPem pem = pem(OWN, Optional.empty());
    assertThat(pem).hasToString("TlsPem[]");
    X509Certificate own = OWN.x509();
    assertThat(TlsMaterial.of(pem, Instant.now()))
        .hasToString(
            "TlsMaterial[CN=own, serial "
                + own.getSerialNumber().toString(16)
                + ", until "
                + own.getNotAfter().toInstant()
                + "]");
  }

  @Test
  void read_fileOfAMebibyte_isTheLargest(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("pem"), "x".repeat(1 << 20));
    PemFiles files = new PemFiles(file, file, Optional.of(file));
    TlsPem read = files.read();
    assertThat(read.certificates()).hasSize(1 << 20);
    assertThat(read.clientAuthorities()).isPresent();
    Files.writeString(file, "x".repeat((1 << 20) + 1));
    assertThatThrownBy(files::read)
        .hasMessageContaining("tls-client-ca")
        .hasMessageContaining("1 MiB");
  }

  @Test
  void checkClientTrusted_eachWay_asksTheAuthoritiesOfNow() throws Exception {
    ClientTrust trust = new ClientTrust();
    X509Certificate[] own = {OWN.x509()};
    X509Certificate[] other = {OTHER.x509()};
    assertThatThrownBy(() -> trust.checkClientTrusted(own, "EC")).hasMessageContaining("no author");
    trust.trust(Optional.of(List.of(RSA.x509(), OWN.x509())));
    // One that shakes no hands has nothing to add, and is refused for that.
    SSLEngine engine = null;
    try (Socket socket = new Socket()) {
      trust.checkClientTrusted(own, "EC");
      trust.checkClientTrusted(own, "EC", engine);
      trust.checkClientTrusted(own, "EC", socket);
      assertUntrusted(() -> trust.checkClientTrusted(other, "EC"));
      assertUntrusted(() -> trust.checkClientTrusted(other, "EC", engine));
      assertUntrusted(() -> trust.checkClientTrusted(other, "EC", socket));
    }
    trust.trust(Optional.empty());
    assertUntrusted(() -> trust.checkClientTrusted(own, "EC"));
  }

  /** It is no judge of servers, and tells callers of none whom it trusts. */
  @Test
  void checkServerTrusted_eachWay_isRefused() throws Exception {
    ClientTrust trust = new ClientTrust();
    X509Certificate[] own = {OWN.x509()};
    trust.trust(Optional.of(List.of(OWN.x509())));
    // One that shakes no hands has nothing to add, and is refused for that.
    SSLEngine engine = null;
    try (Socket socket = new Socket()) {
      assertUntrusted(() -> trust.checkServerTrusted(own, "EC"));
      assertUntrusted(() -> trust.checkServerTrusted(own, "EC", engine));
      assertUntrusted(() -> trust.checkServerTrusted(own, "EC", socket));
    }
    assertThat(trust.getAcceptedIssuers()).isEmpty();
  }

  @Test
  void parameters_eachWayToAsk_areModernAndAskSo() throws Exception {
    for (ClientCertificates asked : ClientCertificates.values()) {
      ServerTls tls = ServerTls.open(() -> pem(OWN, Optional.empty()), asked, Clock.systemUTC());
      SSLParameters parameters = tls.parameters();
      assertThat(parameters.getProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
      assertThat(parameters.getCipherSuites())
          .containsExactlyElementsOf(TlsRules.CIPHER_SUITES)
          .allMatch(suite -> suite.contains("GCM") || suite.contains("CHACHA20"));
      assertThat(parameters.getUseCipherSuitesOrder()).isTrue();
      assertThat(parameters.getWantClientAuth()).isEqualTo(asked == ClientCertificates.OPTIONAL);
      assertThat(parameters.getNeedClientAuth()).isEqualTo(asked == ClientCertificates.REQUIRED);
      assertThat(tls.clients()).isEqualTo(asked);
      assertThat(tls.context().getServerSessionContext().getSessionTimeout()).isEqualTo(60);
      assertThat(tls.keys()).isNotNull();
    }
  }

  @Test
  void open_noClientCertificates_trustsNobody() throws Exception {
    Optional<String> authorities = Optional.of(OWN.certificate());
    X509Certificate[] own = {OWN.x509()};
    ServerTls none =
        ServerTls.open(() -> pem(OWN, authorities), ClientCertificates.NONE, Clock.systemUTC());
    assertUntrusted(() -> ((ClientTrust) none.trust()).checkClientTrusted(own, "EC"));
    ServerTls some =
        ServerTls.open(() -> pem(OWN, authorities), ClientCertificates.OPTIONAL, Clock.systemUTC());
    ((ClientTrust) some.trust()).checkClientTrusted(own, "EC");
  }

  @Test
  void look_sourceThatBreaks_countsWhenItIsSeenTwiceAndAgainAfterAGoodLook() throws Exception {
    PemSource[] source = {() -> pem(OWN, Optional.empty())};
    PemSource good = source[0];
    PemSource defect =
        () -> {
          throw new IllegalStateException("defect");
        };
    ServerTls tls =
        ServerTls.open(() -> source[0].read(), ClientCertificates.NONE, Clock.systemUTC());
    for (int round = 1; round <= 2; round++) {
      source[0] = defect;
      tls.look();
      assertThat(tls.failures()).isEqualTo(round - 1);
      tls.look();
      tls.look();
      assertThat(tls.failures()).isEqualTo(round);
      source[0] = good;
      tls.look();
    }
    assertThat(tls.material().chain()).containsExactly(OWN.x509());
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertUntrusted(Call call) {
    assertThatThrownBy(call::run).isInstanceOf(CertificateException.class);
  }

  private static TlsPem pem(SelfSigned identity, Optional<String> authorities) {
    return new TlsPem(identity.certificate(), identity.key(), authorities);
  }
}
