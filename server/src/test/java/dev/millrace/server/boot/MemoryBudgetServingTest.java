package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.SetLabelRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models of 4 MiB in a server that has no room for two of them before they are measured. */
@Timeout(120)
final class MemoryBudgetServingTest {
  private static final int MODEL_BYTES = 4 << 20;

  @TempDir private Path folder;

  @Test
  void load_budgetIsShort_idleModelMakesRoomAndComesBackWhenAskedFor() throws IOException {
    copyIn("a");
    try (LifeRig rig = LifeRig.start(folder, budget("9MiB"))) {
      rig.awaitStates("a", Map.of(1L, "AVAILABLE"));
      copyIn("b");
      rig.awaitStates("b", Map.of(1L, "AVAILABLE"));
      rig.awaitStates("a", Map.of(1L, "STORED"));
      StatusRuntimeException refused =
          catchThrowableOfType(StatusRuntimeException.class, () -> rig.ask("a"));
      assertThat(LifeRig.reason(refused)).isEqualTo("VERSION_NOT_READY");
      assertThat(refused.getTrailers().toString()).contains("grpc-retry-pushback-ms");
      rig.awaitStates("a", Map.of(1L, "AVAILABLE"));
      assertThat(rig.ask("a")).isEqualTo("models/a/versions/1");
    }
  }

  @Test
  void load_everythingIsHeld_failsWithFiguresAndSucceedsWhenMemoryComesBack() throws IOException {
    copyIn("a");
    try (LifeRig rig = LifeRig.start(folder, budget("9MiB"))) {
      rig.awaitStates("a", Map.of(1L, "AVAILABLE"));
      label(rig, "held", 1);
      copyIn("b");
      rig.awaitStates("b", Map.of(1L, "FAILED"));
      assertThat(rig.model("b").getVersions(0).getReason()).isEqualTo("MEMORY_BUDGET_EXCEEDED");
      assertThat(rig.model("b").getVersions(0).getMessage())
          .contains("it needs about", "of the memory budget of 9.4 MB are free");
      assertThat(rig.states("a")).containsEntry(1L, "AVAILABLE");
      label(rig, "held", 0);
      rig.models()
          .unloadVersion(
              dev.millrace.v1.UnloadVersionRequest.newBuilder()
                  .setName("models/a/versions/1")
                  .build());
      rig.awaitStates("b", Map.of(1L, "AVAILABLE"));
    }
  }

  private static Map<ServeOption, String> budget(String size) {
    return Map.of(ServeOption.MEMORY_BUDGET, size);
  }

  private static void label(LifeRig rig, String label, long version) {
    rig.models()
        .setLabel(
            SetLabelRequest.newBuilder()
                .setName("models/a/labels/" + label)
                .setVersion(version)
                .build());
  }

  private void copyIn(String model) throws IOException {
    Path version = folder.resolve("models").resolve(model).resolve("1");
    SmallModels.doubling(version);
    Files.createDirectories(version.resolve("assets.extra"));
    Files.write(version.resolve("assets.extra/ballast"), new byte[MODEL_BYTES]);
  }
}
