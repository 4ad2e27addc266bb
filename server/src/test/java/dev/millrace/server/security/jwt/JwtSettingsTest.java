package dev.millrace.server.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.Issuer;
import dev.millrace.server.testing.PuppetClock;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtSettingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://issuer.example.org/keys",
        "HTTPS://issuer.example.org/keys",
        "http://localhost:8080/keys",
        "http://127.0.0.1/keys",
        "http://[::1]:80/keys"
      })
  void url_overTlsOrOfThisMachine_isTaken(String keys) {
    assertThat(settings(keys).url()).contains(URI.create(keys));
  }

  @Test
  void file_whatIsNoUrl_isAPath() {
    assertThat(settings("conf/keys.json").url()).isEmpty();
    assertThat(settings("conf/keys.json").file()).isEqualTo(Path.of("conf/keys.json"));
  }

  @ParameterizedTest
  @CsvSource({"'', a, k, r", "i, '', k, r", "i, a, '', r", "i, a, k, ''"})
  void settings_oneIsLeftOut_areRefused(String issuer, String audience, String keys, String roles) {
    assertThatThrownBy(() -> new JwtSettings(issuer, audience, keys, roles))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jwt-");
  }

  @Test
  void of_fileOfKeys_areReadFromIt(@TempDir Path folder) throws Exception {
    Issuer issuer = new Issuer("");
    Path file = Files.writeString(folder.resolve("keys.json"), issuer.keys());
    KeySets keys = KeySets.of(settings(file.toString()), new PuppetClock());
    assertThat(keys.keys().getKeys()).isEmpty();
    keys.refresh();
    assertThat(keys.keys().getKeys()).hasSize(2);
    Files.delete(file);
    keys.refresh();
    assertThat(keys.keys().getKeys()).hasSize(2);
  }

  private static JwtSettings settings(String keys) {
    return new JwtSettings(Issuer.NAME, Issuer.AUDIENCE, keys, "roles");
  }
}
