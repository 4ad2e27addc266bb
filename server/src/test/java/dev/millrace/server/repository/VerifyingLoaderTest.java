package dev.millrace.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.FakeServable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is checked at the first load, and what at later ones. */
final class VerifyingLoaderTest {
  private static final VersionId ID = new VersionId(new ModelName("m"), 1);

  @TempDir private Path folder;
  private final Remembered remembered = new Remembered();
  private int checks;
  private int loads;
  private boolean broken;
  private boolean outside;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("1"));
    Files.writeString(folder.resolve("1/saved_model.pb"), "one");
  }

  @Test
  void load_versionThatPassed_isNotCheckedAgain() {
    load(true);
    load(true);
    assertThat(checks).isEqualTo(1);
    assertThat(loads).isEqualTo(2);
  }

  @Test
  void load_checkThatVouchesForNothing_isDoneEachTime() {
    load(false);
    load(false);
    assertThat(checks).isEqualTo(2);
    assertThat(remembered.writes).isEqualTo(1);
  }

  @Test
  void load_filesOtherThanAtTheFirstLoad_areDigestMismatch() throws IOException {
    load(true);
    Files.writeString(folder.resolve("1/saved_model.pb"), "two");
    assertThatThrownBy(() -> load(true))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> assertThat(error.reason()).isEqualTo(ErrorReason.DIGEST_MISMATCH))
        .hasMessageContaining("put them under another number");
    assertThat(loads).isEqualTo(1);
  }

  @Test
  void load_fileMoved_isDigestMismatch() throws IOException {
    load(true);
    Files.move(folder.resolve("1/saved_model.pb"), folder.resolve("1/moved"));
    assertThatThrownBy(() -> load(true)).isInstanceOf(ServingException.class);
  }

  @Test
  void load_otherFilesOutsideOfTheRepository_areCheckedAnew() throws IOException {
    outside = true;
    load(true);
    Files.writeString(folder.resolve("1/saved_model.pb"), "two");
    load(true);
    assertThat(checks).isEqualTo(2);
    load(true);
    assertThat(checks).isEqualTo(2);
    outside = false;
    load(true);
    assertThat(checks).as("the same number within the repository").isEqualTo(3);
  }

  @Test
  void load_filesThatCouldNotBeLoaded_mayBeReplaced() throws IOException {
    broken = true;
    assertThatThrownBy(() -> load(true)).isInstanceOf(ServingException.class);
    broken = false;
    Files.writeString(folder.resolve("1/saved_model.pb"), "two");
    load(true);
    assertThat(loads).isEqualTo(1);
  }

  @Test
  void load_refusedVersion_isNeverLoaded() {
    VerifyingLoader loader =
        new VerifyingLoader(
            (source, mode) -> {
              throw new AssertionError("loaded");
            },
            source -> {
              throw new ServingException(ErrorReason.MODEL_REFUSED, "no");
            },
            remembered,
            ModelSettings.DEFAULT,
            model -> outside);
    assertThatThrownBy(() -> loader.load(source(), ExecutionMode.PER_CORE)).hasMessage("no");
    assertThat(remembered.of(ID)).isEmpty();
  }

  @Test
  void load_noteCannotBeWritten_isServedAllTheSame() {
    remembered.full = true;
    load(true);
    assertThat(loads).isEqualTo(1);
  }

  private void load(boolean accepted) {
    new VerifyingLoader(
            (source, mode) -> {
              if (broken) {
                throw new ServingException(ErrorReason.LOAD_FAILED, "broken");
              }
              loads++;
              return new FakeServable();
            },
            source -> {
              checks++;
              return accepted;
            },
            remembered,
            ModelSettings.DEFAULT,
            model -> outside)
        .load(source(), ExecutionMode.PER_CORE)
        .close();
  }

  private ServableSource source() {
    return new ServableSource(ID, folder.resolve("1"), "", ModelSettings.DEFAULT);
  }

  private static final class Remembered implements Acceptance {
    private final Map<VersionId, Identity> identities = new HashMap<>();
    private boolean full;
    private int writes;

    @Override
    public Optional<Identity> of(VersionId id) {
      return Optional.ofNullable(identities.get(id));
    }

    @Override
    public void remember(VersionId id, Identity identity, Optional<Manifest> manifest) {
      if (full) {
        throw new IllegalStateException("the disk is full");
      }
      writes++;
      identities.put(id, identity);
    }
  }
}
