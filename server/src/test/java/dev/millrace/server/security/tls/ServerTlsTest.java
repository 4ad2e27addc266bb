package dev.millrace.server.security.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.SelfSigned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerTlsTest {
  private static final SelfSigned FIRST = SelfSigned.lasting("first", SelfSigned::make);
  private static final SelfSigned SECOND = SelfSigned.lasting("second", SelfSigned::make);
  private static final SelfSigned RSA = SelfSigned.lasting("rsa", SelfSigned::rsa);

  @TempDir private Path folder;
  private PemFiles files;

  @BeforeEach
  void write() throws Exception {
    FIRST.write(folder, "tls");
    files = new PemFiles(file("tls.crt"), file("tls.key"), Optional.empty());
  }

  @Test
  void open_keyAndItsCertificate_areShown() throws Exception {
    ServerTls tls = open();
    assertThat(tls.material().chain()).containsExactly(FIRST.x509());
    assertThat(tls.material().expiry()).isEqualTo(FIRST.x509().getNotAfter().toInstant());
    assertThat(tls.material().toString()).contains("CN=first");
  }

  @Test
  void open_whatDoesNotFit_isRefusedWithoutItsContent() throws Exception {
    Files.writeString(file("tls.key"), SECOND.key());
    assertRefused("tls-key is not the key of the first tls-certificate");
    Files.writeString(file("tls.key"), RSA.key());
    assertRefused("tls-key is damaged, or no key of the certificate's kind, EC");
    Files.writeString(file("tls.key"), FIRST.key().replace("PRIVATE", "RSA PRIVATE"));
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
    Files.writeString(file("tls.crt"), SECOND.certificate());
    tls.look();
    assertThat(tls.material().chain()).containsExactly(FIRST.x509());
    Files.writeString(file("tls.key"), SECOND.key());
    tls.look();
    assertThat(tls.material().chain()).containsExactly(SECOND.x509());
    assertThat(tls.failures()).as("a moment is no fault").isZero();
  }

  @Test
  void look_halfWrittenOrMissingFiles_keepsTheOldAndCountsOnce() throws Exception {
    ServerTls tls = open();
    String half = SECOND.certificate().substring(0, SECOND.certificate().length() / 2);
    Files.writeString(file("tls.crt"), half);
    look(tls, 3);
    assertThat(tls.failures()).isEqualTo(1);
    Files.writeString(file("tls.crt"), FIRST.certificate() + half);
    look(tls, 1);
    Files.delete(file("tls.crt"));
    look(tls, 3);
    assertThat(tls.failures()).isEqualTo(2);
    assertThat(tls.material().chain()).containsExactly(FIRST.x509());
    SECOND.write(folder, "tls");
    look(tls, 1);
    assertThat(tls.material().chain()).containsExactly(SECOND.x509());
  }

  @Test
  void look_linkToAnotherFolder_isFollowed() throws Exception {
    for (SelfSigned one : new SelfSigned[] {FIRST, SECOND}) {
      Path data = Files.createDirectory(file("data-" + one.x509().getSerialNumber()));
      one.write(data, "tls");
    }
    Path current = file("..data");
    Files.createSymbolicLink(current, file("data-" + FIRST.x509().getSerialNumber()));
    files = new PemFiles(current.resolve("tls.crt"), current.resolve("tls.key"), Optional.empty());
    ServerTls tls = open();
    Path next = file("..data_tmp");
    Files.createSymbolicLink(next, file("data-" + SECOND.x509().getSerialNumber()));
    Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    tls.look();
    assertThat(tls.material().chain()).containsExactly(SECOND.x509());
  }

  @Test
  void look_authorities_areExchangedToo() throws Exception {
    Files.writeString(file("ca.crt"), FIRST.certificate());
    files = new PemFiles(file("tls.crt"), file("tls.key"), Optional.of(file("ca.crt")));
    ServerTls tls = ServerTls.open(files, ClientCertificates.REQUIRED, Clock.systemUTC());
    ClientTrust trust = (ClientTrust) tls.trust();
    trust.checkClientTrusted(new X509Certificate[] {FIRST.x509()}, "EC");
    Files.writeString(file("ca.crt"), SECOND.certificate());
    tls.look();
    trust.checkClientTrusted(new X509Certificate[] {SECOND.x509()}, "EC");
    assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[] {FIRST.x509()}, "EC"))
        .isInstanceOf(CertificateException.class);
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
        .hasMessageNotContaining(FIRST.key().lines().toList().get(1));
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
