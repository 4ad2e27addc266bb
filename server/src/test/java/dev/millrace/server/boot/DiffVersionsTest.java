package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.Difference;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.MillraceException;
import dev.millrace.client.VersionDiff;
import dev.millrace.server.testing.SmallModels;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares versions of a real repository through a real server. */
final class DiffVersionsTest {
  @TempDir private static Path folder;
  private static ServingRig rig;
  private static MillraceClient client;

  @BeforeAll
  static void start() throws Exception {
    SmallModels.doubling(folder.resolve("models/sum/1"));
    SmallModels.doubling(folder.resolve("models/sum/2"));
    SmallModels.half(folder.resolve("models/sum/3"));
    SmallModels.echo(folder.resolve("models/sum/4"));
    rig = ServingRig.start(folder, 1, Map.of());
    client = MillraceClient.connect("127.0.0.1:" + rig.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    rig.close();
  }

  @Test
  void diff_ofEqualVersions_isEmpty() {
    VersionDiff diff = client.model("sum").diff(1, 2);
    assertThat(diff.breaking()).isFalse();
    assertThat(diff.signatures()).isEmpty();
    assertThat(diff.ops()).isEmpty();
  }

  @Test
  void diff_ofAVersionThatTakesMore_namesOpsAndShapesAndWhatBreaks() {
    VersionDiff diff = client.model("sum").diff(1, 3);
    assertThat(diff.signatures())
        .containsExactly(
            new Difference("serving_default input x", "FLOAT32 [?,2]", "FLOAT32 [?,?]", false),
            new Difference("serving_default output y", "FLOAT32 [?,2]", "FLOAT32 [?,?]", true));
    assertThat(diff.ops()).contains(new Difference("Add", "", "1", false));
    assertThat(diff.files()).extracting(Difference::name).contains("saved_model.pb");
    assertThat(diff.breaking()).isTrue();
  }

  @Test
  void diff_ofAVersionWithOtherInputs_isBreaking() {
    assertThat(client.model("sum").diff(1, 4).breaking()).isTrue();
  }

  @Test
  void diff_ofAVersionThatIsNotThere_isNotFound() {
    assertThatThrownBy(() -> client.model("sum").diff(1, 9))
        .isInstanceOfSatisfying(
            MillraceException.class,
            error -> assertThat(error.reason()).isEqualTo("VERSION_NOT_FOUND"));
  }
}
