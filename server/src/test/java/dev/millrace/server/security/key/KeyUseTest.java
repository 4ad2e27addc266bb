package dev.millrace.server.security.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyUseTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir private Path folder;

  @Test
  void write_nothingUsedSince_writesNothing() throws IOException {
    KeyUse use = new KeyUse(folder);
    use.write();
    assertThat(file()).doesNotExist();
    use.used("abcdefgh", NOON);
    use.write();
    Files.delete(file());
    use.used("abcdefgh", NOON);
    use.used("abcdefgh", NOON.minusSeconds(1));
    use.write();
    assertThat(file()).doesNotExist();
    assertThat(use.last("abcdefgh")).contains(NOON);
    use.used("abcdefgh", NOON.plusSeconds(1));
    use.write();
    assertThat(new KeyUse(folder).last("abcdefgh")).contains(NOON.plusSeconds(1));
  }

  @Test
  void write_diskTakesNothing_isTriedAgain() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    KeyUse use = new KeyUse(data);
    use.used("abcdefgh", NOON);
    Files.delete(data);
    assertThatThrownBy(use::write).isInstanceOf(IOException.class);
    Files.createDirectory(data);
    use.write();
    assertThat(new KeyUse(data).last("abcdefgh")).contains(NOON);
  }

  @Test
  void open_damagedFile_isRefused() throws IOException {
    Files.writeString(file(), "{");
    assertThatThrownBy(() -> new KeyUse(folder)).isInstanceOf(IOException.class);
  }

  private Path file() {
    return folder.resolve("key-use.json");
  }
}
