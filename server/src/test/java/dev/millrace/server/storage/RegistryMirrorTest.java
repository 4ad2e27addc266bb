package dev.millrace.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryMirrorTest {
  private static final ModelName MNIST = new ModelName("mnist");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.123456789Z");
  private static final ModelRecord RECORD =
      ModelRecord.of(MNIST)
          .promoted(1, NOON, NOON)
          .promoted(2, NOON, NOON.plusSeconds(600))
          .withLabel("challenger", 3)
          .withTraffic(new Traffic(List.of(new Canary(4, 0.25)), Optional.of(new Shadow(3, 0.5))))
          .withPinned(7)
          .withParked(6)
          .withHighest(9);

  @TempDir private Path root;

  @Test
  void read_afterWrite_isTheSameRecord() throws IOException {
    Files.createDirectories(root.resolve("mnist/1"));
    RegistryMirror mirror = new RegistryMirror(root);
    mirror.write(RECORD);
    assertThat(mirror.read(MNIST)).contains(RECORD);
    try (Stream<Path> files = Files.list(root.resolve("mnist"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("1", ".registry.json");
    }
  }

  @Test
  void write_modelWithoutFolder_makesNone() {
    RegistryMirror mirror = new RegistryMirror(root);
    mirror.write(RECORD);
    assertThat(root.resolve("mnist")).doesNotExist();
    assertThat(mirror.read(MNIST)).isEmpty();
  }

  @Test
  void read_damagedOrForeignCopy_isNone() throws IOException {
    Path file = Files.createDirectories(root.resolve("mnist")).resolve(".registry.json");
    RegistryMirror mirror = new RegistryMirror(root);
    for (String text :
        List.of(
            "",
            "null",
            "{}",
            "{\"model\":\"mn",
            "{\"model\":\"other\",\"highest\":3}",
            "{\"model\":\"mnist\",\"canaries\":[{\"version\":1,\"share\":7}]}",
            "{\"model\":\"mnist\",\"formers\":[null]}")) {
      Files.writeString(file, text);
      assertThat(mirror.read(MNIST)).as(text).isEmpty();
    }
  }

  @Test
  void renew_olderCopy_isWrittenAnew() throws IOException {
    Files.createDirectories(root.resolve("mnist"));
    RegistryMirror mirror = new RegistryMirror(root);
    mirror.write(RECORD);
    ModelRecord next = RECORD.withLabel("more", 2);
    mirror.renew(next);
    assertThat(mirror.read(MNIST)).contains(next);
  }
}
