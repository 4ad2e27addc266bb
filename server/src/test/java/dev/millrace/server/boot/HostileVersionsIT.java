package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.testing.HostileModels;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.VersionState;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Models that do harm come to a real server, uploaded and copied in by hand; a good one is served.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileVersionsIT {
  private static final String GOOD = "good";

  @TempDir private static Path folder;
  private ImportRig rig;
  private int number;
  private SortedSet<String> before;

  /** A model that must not be served. */
  enum Harm {
    WRITES_WHEN_LOADED("MODEL_REFUSED", "op 'WriteFile' in the graph tagged 'serve'"),
    READS_IN_A_FUNCTION("MODEL_REFUSED", "op 'ReadFile' in function 'innocent'"),
    ABORTS("TRIAL_FAILED", "the process that tried it ended: TensorFlow aborted"),
    TRUNCATED("LOAD_FAILED", "saved_model.pb is damaged or cut off");

    private final String reason;
    private final String words;

    Harm(String reason, String words) {
      this.reason = reason;
      this.words = words;
    }

    void write(Path directory) throws IOException {
      switch (this) {
        case WRITES_WHEN_LOADED ->
            HostileModels.writingWhenLoaded(directory, folder.resolve("marker"));
        case READS_IN_A_FUNCTION ->
            HostileModels.readingInAFunction(directory, folder.resolve("secret"));
        case ABORTS -> HostileModels.aborting(directory);
        case TRUNCATED -> HostileModels.truncated(directory);
      }
    }
  }

  @BeforeAll
  void start() throws IOException {
    SmallModels.doubling(folder.resolve("models").resolve(GOOD).resolve("1"));
    rig = ImportRig.start(folder, Map.of());
    ModelVersion good = rig.awaitVersion(GOOD, 1);
    assertThat(good.getState())
        .as(good.getMessage())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @BeforeEach
  void answersBefore() throws IOException {
    number++;
    assertThat(rig.doubled(GOOD, number)).isEqualTo(2 * number);
    before = rig.published();
  }

  @AfterEach
  void answersAfter() throws IOException {
    assertThat(rig.doubled(GOOD, number)).isEqualTo(2 * number);
    assertThat(folder.resolve("marker")).doesNotExist();
    assertThat(rig.openTensors()).isZero();
    assertThat(rig.staged()).isEmpty();
    Path trials = folder.resolve("state/trials");
    assertThat(ImportRig.files(trials)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void importVersion_hostileModel_isRefusedWithoutATrace(Harm harm) throws IOException {
    Path upload = folder.resolve("upload" + number);
    harm.write(upload);
    ImportPlan plan = ImportRig.plan("evil", "id-" + number, upload).build();
    assertThatThrownBy(() -> rig.upload(plan, upload))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused).hasMessageContaining(harm.words);
              assertThat(ImportRig.reason(refused)).isEqualTo(harm.reason);
              assertThat(refused.getMessage()).doesNotContain(folder.toString());
            });
    assertThat(rig.published()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void handCopied_hostileModel_failsWithTheReason(Harm harm) throws IOException {
    harm.write(folder.resolve("models/copied/" + number));
    assertFails("copied", harm.reason, harm.words);
  }

  @Test
  void handCopied_modelWithALink_failsWithTheFile() throws IOException {
    Files.writeString(folder.resolve("words"), "a secret");
    HostileModels.linked(folder.resolve("models/copied/" + number), folder.resolve("words"));
    assertFails("copied", "MODEL_REFUSED", "'assets/words.txt' is a link or no file");
  }

  @Test
  void handCopied_folderThatIsALink_fails() throws IOException {
    SmallModels.doubling(folder.resolve("elsewhere"));
    Files.createDirectories(folder.resolve("models/copied"));
    Files.createSymbolicLink(
        folder.resolve("models/copied/" + number), folder.resolve("elsewhere"));
    assertFails("copied", "MODEL_REFUSED", "its folder is a link");
  }

  @Test
  void importVersion_nameThatLeadsOutside_isRefusedWithTheName() throws IOException {
    Path upload = folder.resolve("upload" + number);
    SmallModels.doubling(upload);
    ImportPlan plan =
        ImportRig.plan("evil", "id-" + number, upload)
            .addFiles(ImportRig.file("../outside", new byte[] {1}))
            .build();
    assertThatThrownBy(() -> rig.upload(plan, upload))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> assertThat(refused).hasMessageContaining("'../outside'"));
    assertThat(rig.published()).isEqualTo(before);
  }

  @Test
  void importVersion_goodModel_isTriedOnceAndServed() throws IOException {
    Path upload = folder.resolve("upload" + number);
    SmallModels.doubling(upload);
    rig.upload(ImportRig.plan("fine", "id-" + number, upload).build(), upload);
    assertThat(rig.awaitVersion("fine", 1).getState())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    assertThat(rig.doubled("fine", 4)).isEqualTo(8);
  }

  private void assertFails(String model, String reason, String words) {
    ModelVersion version = rig.awaitVersion(model, number);
    assertThat(version.getState()).isEqualTo(VersionState.VERSION_STATE_FAILED);
    assertThat(version.getReason()).isEqualTo(reason);
    assertThat(version.getMessage()).contains(words).doesNotContain(folder.toString());
  }
}
