package dev.millrace.server.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.SelfSigned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerTlsTest {
  private static SelfSigned first;
  private static SelfSigned second;
  private static SelfSigned rsa;

  @TempDir private Path folder;
  private PemFiles files;

  @BeforeAll
  static void makeKeys(@TempDir Path keys) throws Exception {
    first = SelfSigned.make(keys, "first");
    second = SelfSigned.make(keys, "second");
    rsa = SelfSigned.rsa(keys, "rsa");
  }

  @BeforeEach
  void write() throws Exception {
    first.write(folder, "tls");
    files = new PemFiles(file("tls.crt"), file("tls.key"), Optional.empty());
  }

  @Test
  void open_keyAndItsCertificate_areShown() throws Exception {
    ServerTls tls = open();
    assertThat(tls.material().chain()).containsExactly(first.x509());
    assertThat(tls.material().expiry()).isEqualTo(first.x509().getNotAfter().toInstant());
    assertThat(tls.material().toString()).contains("CN=first");
  }

  @Test
  void open_whatDoesNotFit_isRefusedWithoutItsContent() throws Exception {
    Files.writeString(file("tls.key"), second.key());
    assertRefused("tls-key is not the key of the first tls-certificate");
    Files.writeString(file("tls.key"), rsa.key());
    assertRefused("tls-key is damaged, or no key of the certificate's kind, EC");
    Files.writeString(file("tls.key"), first.key().replace("PRIVATE", "RSA PRIVATE"));
    assertRefused("openssl pkcs8");
    Files.writeString(file("tls.crt"), "no certificate");
    assertRefused("tls-certificate must be PEM with a 'CERTIFICATE'");
    Files.delete(file("tls.crt"));
    assertRefused("tls.crt' cannot be read");
  }

  @Test
  void open_beforeAndAfterItsTime_isRefused() {
    assertThatThrownBy(() -> openAt(Instant.now().plus(Duration.ofDays(3))))
        .hasMessageContaining("out of date since");
    assertThatThrownBy(() -> openAt(Instant.now().minus(Duration.ofDays(3))))
        .hasMessageContaining("not valid before");
  }

  @Test
  void look_certificateComesBeforeItsKey_takesBothTogether() throws Exception {
    ServerTls tls = open();
    Files.writeString(file("tls.crt"), second.certificate());
    tls.look();
    assertThat(tls.material().chain()).containsExactly(first.x509());
    Files.writeString(file("tls.key"), second.key());
    tls.look();
    assertThat(tls.material().chain()).containsExactly(second.x509());
    assertThat(tls.failures()).as("a moment is no fault").isZero();
  }

  @Test
  void look_halfWrittenOrMissingFiles_keepsTheOldAndCountsOnce() throws Exception {
    ServerTls tls = open();
    String half = second.certificate().substring(0, second.certificate().length() / 2);
    Files.writeString(file("tls.crt"), half);
    look(tls, 3);
    assertThat(tls.failures()).isEqualTo(1);
    Files.writeString(file("tls.crt"), first.certificate() + half);
    look(tls, 1);
    Files.delete(file("tls.crt"));
    look(tls, 3);
    assertThat(tls.failures()).isEqualTo(2);
    assertThat(tls.material().chain()).containsExactly(first.x509());
    second.write(folder, "tls");
    look(tls, 1);
    assertThat(tls.material().chain()).containsExactly(second.x509());
  }

  @Test
  void look_linkToAnotherFolder_isFollowed() throws Exception {
    for (SelfSigned one : new SelfSigned[] {first, second}) {
      Path data = Files.createDirectory(file("data-" + one.x509().getSerialNumber()));
      one.write(data, "tls");
    }
    Path current = file("..data");
    Files.createSymbolicLink(current, file("data-" + first.x509().getSerialNumber()));
    files = new PemFiles(current.resolve("tls.crt"), current.resolve("tls.key"), Optional.empty());
    ServerTls tls = open();
    Path next = file("..data_tmp");
    Files.createSymbolicLink(next, file("data-" + second.x509().getSerialNumber()));
    Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    tls.look();
    assertThat(tls.material().chain()).containsExactly(second.x509());
  }

  @Test
  void look_authorities_areExchangedToo() throws Exception {
    Files.writeString(file("ca.crt"), first.certificate());
    files = new PemFiles(file("tls.crt"), file("tls.key"), Optional.of(file("ca.crt")));
    ServerTls tls = ServerTls.open(files, ClientCertificates.REQUIRED, Clock.systemUTC());
    ClientTrust trust = (ClientTrust) tls.trust();
    trust.checkClientTrusted(new java.security.cert.X509Certificate[] {first.x509()}, "EC");
    Files.writeString(file("ca.crt"), second.certificate());
    tls.look();
    trust.checkClientTrusted(new java.security.cert.X509Certificate[] {second.x509()}, "EC");
    assertThatThrownBy(
            () ->
                trust.checkClientTrusted(
                    new java.security.cert.X509Certificate[] {first.x509()}, "EC"))
        .isInstanceOf(java.security.cert.CertificateException.class);
  }

  private static void look(ServerTls tls, int times) {
    for (int i = 0; i < times; i++) {
      tls.look();
    }
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::open)
        .isInstanceOf(UnusableTlsException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining(first.key().lines().toList().get(1));
  }

  private ServerTls open() throws UnusableTlsException {
    return ServerTls.open(files, ClientCertificates.NONE, Clock.systemUTC());
  }

  private ServerTls openAt(Instant now) throws UnusableTlsException {
    return ServerTls.open(files, ClientCertificates.NONE, () -> now);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
