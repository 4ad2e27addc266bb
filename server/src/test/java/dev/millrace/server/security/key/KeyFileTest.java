package dev.millrace.server.security.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyFileTest {
  private static final ApiKey KEY =
      new ApiKey(
          "abcdefgh", "00".repeat(32), "alice", List.of("viewer"), Instant.EPOCH, null, null);

  @TempDir private Path folder;

  @Test
  void change_keys_areReadBackAndStampTheFileAnew() throws IOException {
    KeyFile file = new KeyFile(folder.resolve("data"));
    assertThat(file.stamp()).isEmpty();
    assertThat(file.read()).isEmpty();
    file.change(none -> List.of(KEY));
    assertThat(file.read()).containsExactly(KEY);
    String stamp = file.stamp().orElseThrow();
    assertThat(file.stamp()).contains(stamp);
    file.change(keys -> List.of(KEY, KEY));
    assertThat(file.stamp()).isPresent().get().isNotEqualTo(stamp);
  }

  @Test
  void change_thatIsRefused_leavesTheFileAsItWas() throws IOException {
    KeyFile file = new KeyFile(folder);
    file.change(none -> List.of(KEY));
    assertThatThrownBy(
            () ->
                file.change(
                    keys -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(file.read()).containsExactly(KEY);
    file.change(keys -> List.of());
    assertThat(file.read()).isEmpty();
  }

  @Test
  void read_fileOf16Mebibytes_isTheLargest() throws IOException {
    KeyFile file = new KeyFile(folder);
    Files.writeString(folder.resolve("keys.json"), "[]" + " ".repeat((16 << 20) - 2));
    assertThat(file.read()).isEmpty();
    Files.writeString(folder.resolve("keys.json"), "[]" + " ".repeat((16 << 20) - 1));
    assertThatThrownBy(file::read).hasMessageContaining("16 MiB");
  }

  /** A hash that is cut off must not come to fit by being short. */
  @ParameterizedTest
  @ValueSource(strings = {"", "00", "zz"})
  void read_hashThatIsNone_isNoKey(String hash) throws IOException {
    KeyFile file = new KeyFile(folder);
    file.change(
        none ->
            List.of(
                new ApiKey("abcdefgh", hash, "a", List.of("viewer"), Instant.EPOCH, null, null)));
    assertThatThrownBy(() -> new KeyRing(file, new KeyUse(folder), new PuppetClock()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("hash");
  }

  /** Nobody's prefix is compared with 32 zeros, which no key's hash may be taken for. */
  @Test
  void find_prefixThatNobodyHas_isNoKey() throws IOException {
    KeyRing ring = new KeyRing(new KeyFile(folder), new KeyUse(folder), new PuppetClock());
    assertThatThrownBy(() -> ring.find("mr_abcdefgh_" + "A".repeat(43)))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("no API key");
  }

  @Test
  void isExpired_aroundItsEnd_isTrueFromItOn() {
    Instant end = Instant.EPOCH.plusSeconds(60);
    ApiKey key = new ApiKey("abcdefgh", "00", "a", List.of("viewer"), Instant.EPOCH, end, null);
    assertThat(key.isExpired(end.minusNanos(1))).isFalse();
    assertThat(key.isExpired(end)).isTrue();
    assertThat(key.isValid(end.minusNanos(1))).isTrue();
    assertThat(key.isValid(end)).isFalse();
    assertThat(key.revokedAt(Instant.EPOCH).isValid(Instant.EPOCH)).isFalse();
    assertThat(KEY.isExpired(Instant.MAX)).isFalse();
    assertThat(KEY.endingBy(end).expires()).isEqualTo(end);
    assertThat(key.endingBy(end.plusSeconds(1)).expires()).isEqualTo(end);
    assertThat(key.endingBy(end.minusSeconds(1)).expires()).isEqualTo(end.minusSeconds(1));
  }
}
