package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelRepositoryTest {
  private static final ModelName MNIST = new ModelName("mnist");

  @TempDir private Path folder;
  private Path root;
  private ModelRepository repository;

  @BeforeEach
  void open() throws IOException {
    root = folder.resolve("saved_models");
    repository = ModelRepository.open(root);
  }

  @Test
  void publish_twice_givesConsecutiveVersionsWithManifests() throws IOException {
    assertThat(publish("one")).isEqualTo(new VersionId(MNIST, 1));
    assertThat(publish("two")).isEqualTo(new VersionId(MNIST, 2));
    Manifest manifest = repository.manifest(new VersionId(MNIST, 2)).orElseThrow();
    assertThat(manifest.recipe()).isEqualTo("mnist-cnn");
    assertThat(manifest.files())
        .extracting(FileEntry::path)
        .containsExactly("saved_model.pb", "variables/variables.index");
    assertThat(manifest.sizeBytes()).isEqualTo(6);
    assertThat(folder.resolve("staged")).doesNotExist();
  }

  @Test
  void publish_afterHandCopiedVersion_takesTheNextNumber() throws IOException {
    Files.createDirectories(root.resolve("mnist/7"));
    assertThat(publish("one").number()).isEqualTo(8);
  }

  @Test
  void open_leftoversOfACrash_areCleared() throws IOException {
    Files.createDirectories(root.resolve(".staging/3/variables"));
    ModelRepository.open(root);
    assertThat(root.resolve(".staging")).doesNotExist();
  }

  @Test
  void scan_foldersWithOtherNames_arePassedOver() throws IOException {
    for (String name : List.of("mnist/x", "mnist/0", "mnist/01", "mnist./1", ".staging/1")) {
      Files.createDirectories(root.resolve(name));
    }
    assertThat(repository.scan()).isEmpty();
  }

  @Test
  void scan_modelsFolderThatIsALink_isPassedOver() throws IOException {
    model(folder.resolve("elsewhere/1"), "one");
    Files.createSymbolicLink(root.resolve("linked"), folder.resolve("elsewhere"));
    assertThat(repository.scan()).isEmpty();
    assertThat(repository.whole(new ModelName("linked"), Optional.empty())).isEmpty();
  }

  @Test
  void scan_fileOfTheManifestMissing_isNotComplete() throws IOException {
    publish("one");
    assertThat(repository.scan()).allMatch(StoredVersion::complete);
    Files.delete(root.resolve("mnist/1/variables/variables.index"));
    assertThat(repository.scan()).noneMatch(StoredVersion::complete);
  }

  @Test
  void scan_manifestNamesAFileOutside_isNotComplete() throws IOException {
    publish("one");
    Files.writeString(root.resolve("outside"), "x");
    new ManifestFormat()
        .write(
            draft().withFiles(List.of(new FileEntry("../../outside", 1, ""))),
            root.resolve("mnist/1"));
    assertThat(repository.scan()).noneMatch(StoredVersion::complete);
  }

  @Test
  void scanner_handCopiedVersion_isStatedWhenTwoScansSawTheSame() throws IOException {
    RepositoryScanner scanner = new RepositoryScanner(repository, catalog());
    Path version = root.resolve("other/1");
    model(version, "one");
    scanner.scan();
    assertThat(catalog.statuses()).isEmpty();
    Files.writeString(version.resolve("variables/more"), "still copying");
    scanner.scan();
    assertThat(catalog.statuses()).isEmpty();
    scanner.scan();
    assertThat(catalog.statuses()).containsOnlyKeys(new ModelName("other"));
  }

  @Test
  void scanner_versionDeleted_isLetGo() throws IOException {
    RepositoryScanner scanner = new RepositoryScanner(repository, catalog());
    publish("one");
    scanner.scan();
    assertThat(catalog.statuses()).hasSize(1);
    new FileTree(root.resolve("mnist")).delete();
    scanner.scan();
    assertThat(catalog.statuses()).isEmpty();
  }

  @Test
  void scanner_repositoryUnreadable_changesNothing() throws IOException {
    RepositoryScanner scanner = new RepositoryScanner(repository, catalog());
    publish("one");
    scanner.scan();
    Files.move(root, folder.resolve("away"));
    scanner.scan();
    assertThat(catalog.statuses()).hasSize(1);
  }

  @Test
  void verifyingLoader_changedFile_isDigestMismatch() throws IOException {
    VersionId id = publish("one");
    VerifyingLoader loader = new VerifyingLoader((source, mode) -> new FakeServable());
    ServableSource source =
        new ServableSource(id, root.resolve("mnist/1"), "", ModelSettings.DEFAULT);
    loader.load(source, ExecutionMode.PER_CORE).close();
    Files.writeString(root.resolve("mnist/1/saved_model.pb"), "two");
    assertThatThrownBy(() -> loader.load(source, ExecutionMode.PER_CORE))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.DIGEST_MISMATCH));
  }

  @Test
  void verifyingLoader_addedFile_isDigestMismatch() throws IOException {
    VersionId id = publish("one");
    Files.writeString(root.resolve("mnist/1/added"), "x");
    assertThatThrownBy(
            () ->
                new VerifyingLoader((source, mode) -> new FakeServable())
                    .load(
                        new ServableSource(id, root.resolve("mnist/1"), "", ModelSettings.DEFAULT),
                        ExecutionMode.PER_CORE))
        .isInstanceOf(ServingException.class);
  }

  private ModelCatalog catalog;

  private ModelCatalog catalog() {
    catalog =
        new ModelCatalog(
            new VersionLoad(
                (source, mode) -> new FakeServable(),
                new WarmUp(model -> List.of(), 0, () -> 0, () -> 0),
                1,
                () -> 0),
            Runnable::run,
            new PuppetClock(),
            () -> {});
    return catalog;
  }

  private VersionId publish(String content) throws IOException {
    Path staged = folder.resolve("staged");
    model(staged, content);
    return repository.publish(MNIST, staged, draft());
  }

  private static void model(Path directory, String content) throws IOException {
    Files.createDirectories(directory.resolve("variables"));
    Files.writeString(directory.resolve("saved_model.pb"), content);
    Files.writeString(directory.resolve("variables/variables.index"), content);
  }

  private static Manifest draft() {
    return new Manifest(
        "test",
        "mnist-cnn",
        "j1",
        new TreeMap<>(),
        1,
        "mnist",
        "digest",
        new TreeMap<>(),
        Instant.EPOCH,
        List.of());
  }
}
