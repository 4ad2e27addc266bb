package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeVersionTest {
  @Test
  void of_aJar_namesTheReleaseAndTheDigestOfItsBytes(@TempDir Path folder) throws IOException {
    Path jar = Files.writeString(folder.resolve("server.jar"), "abc");
    // The digest of "abc" of FIPS 180-2.
    assertThat(CodeVersion.of(jar)).isEqualTo(Main.VERSION + " (sha256:ba7816bf8f01)");
  }

  @Test
  void current_fromFoldersOfClasses_namesTheRelease() {
    assertThat(CodeVersion.current()).startsWith(Main.VERSION);
  }
}
