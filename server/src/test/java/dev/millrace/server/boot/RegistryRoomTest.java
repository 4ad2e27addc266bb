package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Failpoints;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.registry.HistoryAction;
import dev.millrace.server.registry.HistoryEvent;
import dev.millrace.server.registry.ModelRecord;
import dev.millrace.server.registry.Registry;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryRoomTest {
  private static final ModelName MNIST = new ModelName("mnist");

  @TempDir private Path folder;
  private Path models;

  @BeforeEach
  void makeVersions() throws IOException {
    models = folder.resolve("models");
    for (int version = 1; version <= 3; version++) {
      Files.createDirectories(models.resolve("mnist/" + version));
    }
  }

  @Test
  void open_databaseLost_recordsAreRestoredFromTheRepository() throws IOException {
    ModelRecord before;
    try (RegistryRoom room = open()) {
      change(room.registry(), record -> record.withLabel("champion", 1));
      change(room.registry(), record -> record.withLabel("gone", 3).withHighest(5));
      before = room.registry().get(MNIST);
    }
    Files.delete(folder.resolve("state/registry.db"));
    Files.delete(models.resolve("mnist/3"));
    try (RegistryRoom room = open()) {
      ModelRecord after = room.registry().get(MNIST);
      assertThat(after.labels()).isEqualTo(Map.of("champion", 1L));
      assertThat(after.highest()).isEqualTo(5);
      assertThat(after.revision()).isGreaterThan(before.revision());
      assertThat(room.registry().history(MNIST, Long.MAX_VALUE, 10))
          .extracting(HistoryEvent::action)
          .containsExactly(HistoryAction.REBUILT);
    }
  }

  @Test
  void open_copyLost_isWrittenAgainFromTheDatabase() throws IOException {
    try (RegistryRoom room = open()) {
      change(room.registry(), record -> record.withLabel("a", 1));
    }
    Path copy = models.resolve("mnist/.registry.json");
    String text = Files.readString(copy);
    Files.delete(copy);
    open().close();
    assertThat(copy).hasContent(text);
  }

  @Test
  void open_databaseThere_copiesAreNotRead() throws IOException {
    try (RegistryRoom room = open()) {
      change(room.registry(), record -> record.withLabel("a", 1));
    }
    Path copy = models.resolve("mnist/.registry.json");
    Files.writeString(copy, Files.readString(copy).replace("\"a\" : 1", "\"a\" : 2"));
    try (RegistryRoom room = open()) {
      assertThat(room.registry().get(MNIST).labels()).isEqualTo(Map.of("a", 1L));
    }
    assertThat(Files.readString(copy)).contains("\"a\" : 1");
  }

  private RegistryRoom open() throws IOException {
    Path state = Files.createDirectories(folder.resolve("state"));
    return RegistryRoom.open(state, models, new PuppetClock(), Failpoints.NONE);
  }

  private static void change(Registry registry, UnaryOperator<ModelRecord> change) {
    registry.change(
        MNIST,
        "",
        change,
        before -> HistoryEvent.of(MNIST, "somebody", HistoryAction.LABELLED, 0, 0, "", Map.of()));
  }
}
