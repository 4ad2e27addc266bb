package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.security.tls.PemSource;
import dev.millrace.server.security.tls.UnusableTlsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SslFileTest {
  private static final String KEY = pem("PRIVATE KEY");
  private static final String CERTIFICATE = pem("CERTIFICATE");

  @Test
  void parse_everyField_isTaken() {
    SslFile file =
        SslFile.parse(
            field("server_key", KEY)
                + field("server_cert", CERTIFICATE)
                + field("custom_ca", CERTIFICATE)
                + "client_verify: true");
    assertThat(file.pem().key()).isEqualTo(KEY);
    assertThat(file.pem().certificates()).isEqualTo(CERTIFICATE);
    assertThat(file.pem().clientAuthorities()).hasValue(CERTIFICATE);
    assertThat(file.clientVerify()).isTrue();
    assertThat(file.toString()).doesNotContain("c2VjcmV0");
  }

  @Test
  void parse_onlyKeyAndCertificate_asksCallersForNothing() {
    SslFile file = SslFile.parse(field("server_key", KEY) + field("server_cert", CERTIFICATE));
    assertThat(file.pem().clientAuthorities()).isEmpty();
    assertThat(file.clientVerify()).isFalse();
  }

  @Test
  void parse_keyOfAnotherForm_saysHowToConvertIt() {
    assertRefused(
        field("server_key", pem("RSA PRIVATE KEY")) + field("server_cert", CERTIFICATE),
        "openssl pkcs8");
    assertRefused(
        field("server_key", pem("ENCRYPTED PRIVATE KEY")) + field("server_cert", CERTIFICATE),
        "openssl pkcs8");
  }

  @Test
  void parse_whatIsMissingOrNoPem_isNamed() {
    assertRefused(field("server_cert", CERTIFICATE), "server_key must be PEM");
    assertRefused(field("server_key", KEY), "server_cert must be PEM");
    assertRefused(
        field("server_key", KEY) + field("server_cert", CERTIFICATE) + "custom_ca: \"/etc/ca.pem\"",
        "custom_ca must be PEM");
  }

  @Test
  void parse_brokenText_doesNotRepeatTheKey() {
    assertRefused("server_key: \"c2VjcmV0\" c2VjcmV0", "is no text of the form");
  }

  @Test
  void identity_ofAFileThatChanges_isReadAnew(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ssl.config");
    Files.writeString(file, field("server_key", KEY) + field("server_cert", CERTIFICATE));
    PemSource source = SslFile.read(file).identity(file).source();
    assertThat(source.read().certificates()).isEqualTo(CERTIFICATE);
    Files.writeString(file, field("server_key", KEY) + field("server_cert", CERTIFICATE + KEY));
    assertThat(source.read().certificates()).isEqualTo(CERTIFICATE + KEY);
    Files.writeString(file, "server_key: \"c2VjcmV0");
    assertThatThrownBy(source::read)
        .isInstanceOf(UnusableTlsException.class)
        .hasMessageNotContaining("c2VjcmV0");
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> SslFile.parse(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("c2VjcmV0");
  }

  private static String field(String name, String pem) {
    return name + ": \"" + pem.replace("\n", "\\n") + "\"\n";
  }

  private static String pem(String what) {
    return "-----BEGIN " + what + "-----\nc2VjcmV0\n-----END " + what + "-----\n";
  }
}
