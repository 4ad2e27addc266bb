package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are read from outside of the repository, and names that differ only in case. */
final class BasePathsTest {
  private static final ModelName MODEL = new ModelName("Model.1");

  @TempDir private Path folder;
  private ModelRepository repository;
  private Path base;

  @BeforeEach
  void open() throws IOException {
    repository = ModelRepository.open(folder.resolve("repository"));
    base = folder.resolve("exports");
  }

  @Test
  void scan_basePath_readsNumbersWithLeadingZerosInPlaceOfTheRepositorys() throws IOException {
    version(folder.resolve("repository/Model.1/9"));
    version(base.resolve("0007"));
    version(base.resolve("12"));
    version(base.resolve("0012"));
    version(base.resolve("0"));
    version(base.resolve("latest"));
    repository.basePaths().replace(Map.of(MODEL, base));
    assertThat(repository.scan())
        .extracting(StoredVersion::id, StoredVersion::directory)
        .containsExactlyInAnyOrder(
            tuple(new VersionId(MODEL, 7), base.resolve("0007")),
            tuple(new VersionId(MODEL, 12), base.resolve("12")));
    assertThat(repository.contains(new VersionId(MODEL, 7))).isTrue();
    assertThat(repository.contains(new VersionId(MODEL, 9))).isFalse();
    repository.basePaths().replace(Map.of());
    assertThat(repository.scan())
        .extracting(StoredVersion::id)
        .containsExactly(new VersionId(MODEL, 9));
  }

  @Test
  void whole_countsOnlyWhatIsAllThere() throws IOException {
    version(base.resolve("1"));
    Files.createDirectories(base.resolve("2/variables"));
    assertThat(repository.whole(MODEL, Optional.of(base))).containsExactly(1L);
    assertThat(repository.whole(MODEL, Optional.of(base.resolve("nowhere")))).isEmpty();
    assertThat(repository.whole(MODEL, Optional.empty())).isEmpty();
  }

  @Test
  void isOwn_theModelsFolderByAnyName_isTrue() throws IOException {
    Path own = Files.createDirectories(folder.resolve("repository/Model.1"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), own);
    assertThat(repository.isOwn(MODEL, folder.resolve("repository/../repository/Model.1")))
        .isTrue();
    assertThat(repository.isOwn(MODEL, link)).isTrue();
    assertThat(repository.isOwn(MODEL, folder.resolve("repository/other"))).isFalse();
  }

  @Test
  void publishAndDelete_ofAModelFromOutside_areRefusedAsReadOnly() throws IOException {
    version(base.resolve("1"));
    repository.basePaths().replace(Map.of(MODEL, base));
    Path staged = version(folder.resolve("staged"));
    assertThatThrownBy(() -> repository.publish(MODEL, staged, draft()))
        .isInstanceOfSatisfying(
            FileSystemException.class,
            readOnly ->
                assertThat(Unwritable.of(MODEL, readOnly).message()).contains("it is read-only"));
    assertThatThrownBy(() -> repository.trash().take(new VersionId(MODEL, 1)))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("its base path is read-only");
    assertThat(base.resolve("1/saved_model.pb")).exists();
  }

  @Test
  void publish_nameThatDiffersOnlyInCase_isRefused() throws IOException {
    repository.publish(new ModelName("mnist"), version(folder.resolve("one")), draft());
    assertThatThrownBy(
            () ->
                repository.publish(new ModelName("MNIST"), version(folder.resolve("two")), draft()))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.NAME_INVALID));
    repository.publish(new ModelName("mnist"), version(folder.resolve("three")), draft());
  }

  @Test
  void models_foldersThatDifferOnlyInCase_areOneModel() throws IOException {
    version(folder.resolve("repository/Mnist/1"));
    version(folder.resolve("repository/mnist/2"));
    version(folder.resolve("repository/CON/1"));
    assertThat(repository.models()).extracting(ModelName::id).containsExactly("mnist");
    assertThat(repository.scan())
        .extracting(StoredVersion::id)
        .containsExactly(new VersionId(new ModelName("mnist"), 2));
  }

  private static Manifest draft() {
    return new Manifest(
        "test", "", "", new TreeMap<>(), 0, "", "", new TreeMap<>(), Instant.EPOCH, List.of());
  }

  private static Path version(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("saved_model.pb"), "model");
    return directory;
  }
}
