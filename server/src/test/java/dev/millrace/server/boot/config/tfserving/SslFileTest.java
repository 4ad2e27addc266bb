package dev.millrace.server.boot.config.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.TlsIdentity;
import org.junit.jupiter.api.Test;

final class SslFileTest {
  private static final String KEY = pem("PRIVATE KEY");
  private static final String CERTIFICATE = pem("CERTIFICATE");

  @Test
  void parse_everyField_isTaken() {
    TlsIdentity identity =
        SslFile.parse(
                field("server_key", KEY)
                    + field("server_cert", CERTIFICATE)
                    + field("custom_ca", CERTIFICATE)
                    + "client_verify: true")
            .identity();
    assertThat(identity.key()).isEqualTo(KEY);
    assertThat(identity.certificates()).isEqualTo(CERTIFICATE);
    assertThat(identity.clientAuthorities()).hasValue(CERTIFICATE);
    assertThat(identity.clientCertificate()).isTrue();
    assertThat(identity.toString()).doesNotContain("c2VjcmV0");
  }

  @Test
  void parse_onlyKeyAndCertificate_asksCallersForNothing() {
    TlsIdentity identity =
        SslFile.parse(field("server_key", KEY) + field("server_cert", CERTIFICATE)).identity();
    assertThat(identity.clientAuthorities()).isEmpty();
    assertThat(identity.clientCertificate()).isFalse();
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
