package dev.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.VersionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must hold of a repository and a registry whenever a server has started. */
final class Order {
  private final Path repository;
  private final Changes changes;

  Order(Path repository, Changes changes) {
    this.repository = repository;
    this.changes = changes;
  }

  /**
   * Checks everything.
   *
   * @param change what was under way when the server died; null for nothing
   */
  void check(Changes.@Nullable Change change) throws IOException {
    Model model = changes.settled();
    TreeSet<Long> onDisk = versionsOnDisk();
    TreeSet<Long> told = new TreeSet<>();
    model.getVersionsList().forEach(version -> told.add(version.getVersion()));
    assertThat(told).as("versions that the server tells of").isEqualTo(onDisk);
    for (long version : onDisk) {
      checkFiles(repository.resolve(Changes.MODEL).resolve(Long.toString(version)));
    }
    assertThat(names(repository.resolve(".trash"))).as("trash").isEmpty();
    assertThat(names(repository.resolve(".staging"))).as("staging").isSubsetOf(List.of("imports"));
    for (ModelVersion version : model.getVersionsList()) {
      assertThat(version.getState())
          .as("version %d: %s", version.getVersion(), version.getMessage())
          .isIn(VersionState.VERSION_STATE_AVAILABLE, VersionState.VERSION_STATE_STORED);
    }
    checkChampion(model, change);
  }

  private void checkChampion(Model model, Changes.@Nullable Change change) {
    long champion = Changes.champion(model).orElse(0);
    Optional<HistoryEvent> last =
        model.getVersionsCount() == 0
            ? Optional.empty()
            : changes.history().stream()
                .filter(event -> event.getAction().matches("PROMOTED|ROLLED_BACK"))
                .findFirst();
    assertThat(champion)
        .as("the champion is whom the history made it")
        .isEqualTo(last.map(HistoryEvent::getToVersion).orElse(0L));
    if (change != null && champion != change.before()) {
      assertThat(last.orElseThrow().getFromVersion()).isEqualTo(change.before());
      if (change.after() != 0) {
        assertThat(champion).isEqualTo(change.after());
      }
    }
    if (champion != 0) {
      assertThat(changes.answering()).isEqualTo(Changes.name(champion));
    }
  }

  private TreeSet<Long> versionsOnDisk() throws IOException {
    TreeSet<Long> versions = new TreeSet<>();
    for (String name : names(repository.resolve(Changes.MODEL))) {
      if (name.matches("[0-9]+")) {
        versions.add(Long.parseLong(name));
      }
    }
    return versions;
  }

  /** Every file is there, as the manifest says, and no other. */
  static void checkFiles(Path version) throws IOException {
    JsonNode manifest = new ObjectMapper().readTree(version.resolve("manifest.json").toFile());
    TreeSet<String> listed = new TreeSet<>();
    for (JsonNode file : manifest.get("files")) {
      listed.add(file.get("path").asText());
      byte[] bytes = Files.readAllBytes(version.resolve(file.get("path").asText()));
      assertThat(Upload.sha256(bytes)).isEqualTo(file.get("sha256").asText());
    }
    TreeSet<String> there = new TreeSet<>();
    try (Stream<Path> walk = Files.walk(version)) {
      walk.filter(Files::isRegularFile)
          .map(file -> version.relativize(file).toString())
          .filter(name -> !name.equals("manifest.json"))
          .forEach(there::add);
    }
    assertThat(there).isEqualTo(listed);
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
