package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateLockTest {
  @TempDir private Path folder;

  @Test
  void take_folderThatIsTaken_isRefusedUntilItIsFree() throws IOException {
    StateLock first = StateLock.take(folder.resolve("state"));
    assertThatThrownBy(() -> StateLock.take(folder.resolve("state")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--data-dir");
    first.close();
    StateLock.take(folder.resolve("state")).close();
  }
}
