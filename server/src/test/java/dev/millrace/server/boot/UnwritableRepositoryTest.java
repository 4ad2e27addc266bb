package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.repository.Manifest;
import dev.millrace.server.repository.ModelRepository;
import dev.millrace.server.repository.Unwritable;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.SetLabelRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A repository on a real file system that is full, or read-only; needs the right to mount one. */
@Timeout(120)
final class UnwritableRepositoryTest {
  @TempDir private Path folder;

  @Test
  void delete_fileSystemReadOnly_isRefusedAndServingGoesOn() throws Exception {
    Path models = Files.createDirectories(folder.resolve("models"));
    mount(models, "16m");
    try {
      SmallModels.doubling(models.resolve("m/1"));
      SmallModels.doubling(models.resolve("m/2"));
      try (LifeRig rig = LifeRig.start(folder, Map.of())) {
        rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
        assertThat(run("mount", "-o", "remount,ro", models.toString())).isTrue();
        StatusRuntimeException refused =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    rig.models()
                        .deleteVersion(
                            DeleteVersionRequest.newBuilder()
                                .setName("models/m/versions/1")
                                .build()));
        assertThat(LifeRig.reason(refused)).isEqualTo("REPOSITORY_UNWRITABLE");
        assertThat(refused.getStatus().getDescription())
            .contains("it is read-only; nothing was changed");
        assertThat(rig.states("m")).isEqualTo(Map.of(1L, "STORED", 2L, "AVAILABLE"));
        assertThat(rig.ask("m")).isEqualTo("models/m/versions/2");
        assertThat(run("mount", "-o", "remount,rw", models.toString())).isTrue();
        rig.models()
            .deleteVersion(
                DeleteVersionRequest.newBuilder().setName("models/m/versions/1").build());
        rig.awaitStates("m", Map.of(2L, "AVAILABLE"));
      }
    } finally {
      run("umount", "-l", models.toString());
    }
  }

  @Test
  void delete_diskOfTheRegistryFull_isRefusedAndTheVersionStays() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state"));
    mount(state, "2m");
    try {
      SmallModels.doubling(folder.resolve("models/m/1"));
      SmallModels.doubling(folder.resolve("models/m/2"));
      try (LifeRig rig = LifeRig.start(folder, Map.of())) {
        rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
        fill(state.resolve("ballast"));
        StatusRuntimeException refused =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () -> {
                  for (int i = 0; i < 100; i++) {
                    label(rig, "label" + i);
                  }
                });
        assertThat(LifeRig.reason(refused)).isEqualTo("REPOSITORY_UNWRITABLE");
        refused =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    rig.models()
                        .deleteVersion(
                            DeleteVersionRequest.newBuilder()
                                .setName("models/m/versions/1")
                                .build()));
        assertThat(LifeRig.reason(refused)).isEqualTo("REPOSITORY_UNWRITABLE");
        assertThat(folder.resolve("models/m/1/saved_model.pb")).exists();
        assertThat(rig.ask("m")).isEqualTo("models/m/versions/2");
        Files.delete(state.resolve("ballast"));
        label(rig, "again");
      }
    } finally {
      run("umount", "-l", state.toString());
    }
  }

  private static void label(LifeRig rig, String label) {
    rig.models()
        .setLabel(
            SetLabelRequest.newBuilder().setName("models/m/labels/" + label).setVersion(2).build());
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < 4096; i++) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("space");
    }
  }

  @Test
  void publish_diskFull_leavesWhatIsStagedAndNothingHalfThere() throws Exception {
    Path models = Files.createDirectories(folder.resolve("models"));
    mount(models, "2m");
    try {
      ModelRepository repository = ModelRepository.open(models);
      Path staged = folder.resolve("staged");
      SmallModels.doubling(staged);
      Files.createDirectories(staged.resolve("assets"));
      Files.write(staged.resolve("assets/large"), new byte[4 << 20]);
      ModelName model = new ModelName("m");
      IOException full =
          catchThrowableOfType(
              IOException.class, () -> repository.publish(model, staged, manifest()));
      ServingException error = Unwritable.of(model, full);
      assertThat(error.reason()).isEqualTo(ErrorReason.REPOSITORY_UNWRITABLE);
      assertThat(error.message()).contains("its disk is full");
      assertThat(staged.resolve("assets/large")).hasSize(4 << 20);
      assertThat(repository.scan()).isEmpty();
      try (Stream<Path> left = Files.walk(models)) {
        assertThat(left.filter(Files::isRegularFile)).isEmpty();
      }
      Files.write(staged.resolve("assets/large"), new byte[1 << 10]);
      assertThat(repository.publish(model, staged, manifest()).number()).isEqualTo(1);
    } finally {
      run("umount", "-l", models.toString());
    }
  }

  @Test
  void unwritable_anyOtherFailure_saysNoPath() {
    ServingException error =
        Unwritable.of(new ModelName("m"), new IOException("/secret/path is odd"));
    assertThat(error.message()).doesNotContain("secret").contains("the log tells why");
    assertThatThrownBy(
            () -> {
              throw error;
            })
        .hasCauseInstanceOf(IOException.class);
  }

  private static Manifest manifest() {
    return new Manifest(
        "test", "", "", new TreeMap<>(), 0, "", "", new TreeMap<>(), Instant.EPOCH, List.of());
  }

  private static void mount(Path target, String size) throws Exception {
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", target.toString()),
        "this test needs the right to mount a file system");
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
