package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImportStagingTest {
  private static final String DIGEST = Sha256.of("one");

  @TempDir private Path folder;
  private Instant now = Instant.now();
  private ImportStaging staging;

  @BeforeEach
  void open() {
    staging = staging();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../x",
        "/etc/x",
        "a//x",
        "a/",
        "",
        ".",
        "..",
        "a/...",
        "a b",
        "a\\b",
        "a\nb",
        "a:b",
        "%2e%2e/x",
        "ä",
        "x;y",
        "1/2/3/4/5/6/7/8/9",
        "manifest.json",
        "MANIFEST.JSON",
        "Saved_Model.pb",
        "saved_model.pb/x"
      })
  void open_pathThatIsNone_isRefusedAndNothingIsWritten(String path) throws IOException {
    assertInvalid(plan("id", file("saved_model.pb"), file(path)));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void open_nameLongerThanAFileSystemTakes_isRefused() {
    assertInvalid(plan("id", file("saved_model.pb"), file("x".repeat(256))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/b", "a.b", "a b"})
  void open_idThatIsNone_isRefused(String id) {
    assertInvalid(plan(id, file("saved_model.pb")));
    assertThatThrownBy(() -> staging.received(id)).isInstanceOf(ServingException.class);
  }

  @Test
  void open_noSavedModel_isRefused() {
    assertInvalid(plan("id", file("variables/variables.index")));
  }

  @Test
  void open_digestThatIsNone_isRefused() {
    assertInvalid(plan("id", new FileEntry("saved_model.pb", 3, "abc")));
  }

  @Test
  void open_sizesThatOverflow_areTooLarge() {
    List<FileEntry> files = new ArrayList<>(List.of(file("saved_model.pb")));
    files.add(new FileEntry("a", Long.MAX_VALUE, DIGEST));
    files.add(new FileEntry("b", Long.MAX_VALUE, DIGEST));
    assertThatThrownBy(() -> staging.open(plan("id", files.toArray(new FileEntry[0]))))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.REQUEST_TOO_LARGE));
  }

  @Test
  void open_tooManyFiles_isTooLarge() {
    List<FileEntry> files = new ArrayList<>(Collections.nCopies(11, file("saved_model.pb")));
    assertThatThrownBy(() -> staging.open(plan("id", files.toArray(new FileEntry[0]))))
        .hasMessageContaining("it has 11 files; at most 10 are taken");
  }

  @Test
  void open_moreThanTheDiskHas_isUnwritable() {
    staging = new ImportStaging(folder, new ImportRules(Long.MAX_VALUE, 10), () -> now);
    assertThatThrownBy(
            () ->
                staging.open(
                    plan("id", file("saved_model.pb"), new FileEntry("a", 1L << 60, DIGEST))))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.REPOSITORY_UNWRITABLE));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void open_folderThatCannotBeMade_isUnwritable() throws IOException {
    Path taken = Files.createFile(folder.resolve("taken"));
    staging = new ImportStaging(taken.resolve("imports"), new ImportRules(1000, 10), () -> now);
    assertThatThrownBy(() -> staging.open(plan("id", file("saved_model.pb"))))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.REPOSITORY_UNWRITABLE));
  }

  @Test
  void write_resumedByAnotherServer_knowsWhatArrived() {
    try (StagedImport first = staging.open(plan("id", file("saved_model.pb"), file("a")))) {
      first.write("saved_model.pb", 0, bytes("on"));
    }
    ImportStaging restarted = staging();
    assertThat(restarted.received("id")).contains(Map.of("saved_model.pb", 2L));
    try (StagedImport second = restarted.open(plan("id", file("saved_model.pb"), file("a")))) {
      second.write("saved_model.pb", 2, bytes("e"));
      second.write("a", 0, bytes("one"));
      second.verify();
    }
  }

  @Test
  void open_otherPlanUnderTheSameId_isRefused() {
    staging.open(plan("id", file("saved_model.pb"))).close();
    assertThatThrownBy(() -> staging.open(plan("id", file("saved_model.pb"), file("a"))))
        .hasMessageContaining("began with another plan");
  }

  @Test
  void open_whileAnotherCallSends_isRefusedAndThenNot() {
    StagedImport first = staging.open(plan("id", file("saved_model.pb")));
    assertInvalid(plan("id", file("saved_model.pb")));
    first.close();
    staging.open(plan("id", file("saved_model.pb"))).close();
  }

  @Test
  void write_fileOutOfPlan_isRefused() {
    try (StagedImport upload = staging.open(plan("id", file("saved_model.pb")))) {
      assertThatThrownBy(() -> upload.write("../../x", 0, bytes("x")))
          .hasMessageContaining("is not in the plan");
    }
  }

  @Test
  void discard_upload_leavesNothing() {
    StagedImport upload = staging.open(plan("id", file("saved_model.pb")));
    staging.discard(upload);
    upload.close();
    assertThat(folder).doesNotExist();
    assertThat(staging.received("id")).isEmpty();
  }

  @Test
  void sweep_uploadsOlderThanADay_goAndOthersStay() {
    staging.open(plan("idle", file("saved_model.pb"))).close();
    try (StagedImport busy = staging.open(plan("busy", file("saved_model.pb")))) {
      now = now.plus(Duration.ofHours(23));
      staging.sweep();
      assertThat(staging.received("idle")).isPresent();
      now = now.plus(Duration.ofHours(2));
      staging.sweep();
      assertThat(staging.received("idle")).isEmpty();
      assertThat(staging.received(busy.plan().importId())).isPresent();
    }
  }

  @Test
  void read_manifestOfOld_hasNoParentAndNoUpload() throws IOException {
    Files.writeString(
        folder.resolve(Manifest.FILE_NAME),
        """
        {"producer": "millrace", "recipe": "r", "trainingJob": "j", "parameters": {}, "seed": 1,
         "dataset": "d", "datasetDigest": "", "metrics": {}, "createTime": "2026-01-01T00:00:00Z",
         "files": []}
        """);
    Manifest manifest = new ManifestFormat().read(folder);
    assertThat(manifest.parent()).isZero();
    assertThat(manifest.importId()).isEmpty();
  }

  private void assertInvalid(ImportPlan plan) {
    assertThatThrownBy(() -> staging.open(plan))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.IMPORT_INVALID));
  }

  private ImportStaging staging() {
    return new ImportStaging(folder, new ImportRules(1000, 10), () -> now);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static FileEntry file(String path) {
    return new FileEntry(path, 3, DIGEST);
  }

  private static ImportPlan plan(String id, FileEntry... files) {
    return new ImportPlan(
        new ModelName("m"), id, List.of(files), 0, new TreeMap<>(), new TreeMap<>(), "");
  }
}
