package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Ed25519Keys;
import dev.millrace.server.testing.Pause;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.VersionState;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A model that takes signed versions alone, from the command that signs to the answer. */
@Timeout(120)
final class SignedVersionsTest {
  private static final String PB = "saved_model.pb";

  @TempDir private Path folder;
  private Ed25519Keys keys;
  private ImportRig rig;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    keys = Ed25519Keys.make(folder, "keys");
    Files.createDirectories(folder.resolve("models/m"));
    strict("m", true);
    rig =
        ImportRig.start(
            folder,
            Map.of(
                ServeOption.SIGNATURE_KEYS,
                keys.shown().toString(),
                ServeOption.CHECK_MODELS,
                "inspect"));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void version_copiedIn_isServedOnceItIsSigned() throws Exception {
    Path version = folder.resolve("models/m/1");
    SmallModels.doubling(version);
    ModelVersion refused = rig.awaitVersion("m", 1);
    assertThat(refused.getState()).isEqualTo(VersionState.VERSION_STATE_FAILED);
    assertThat(refused.getMessage()).contains("is not signed", "millrace sign");
    assertThat(run("verify", version.toString(), "--keys", keys.shown().toString())).isEqualTo(1);
    assertThat(run("sign", version.toString(), "--key", keys.secret().toString())).isZero();
    assertThat(run("verify", version.toString(), "--keys", keys.shown().toString())).isZero();
    while (rig.awaitVersion("m", 1).getState() != VersionState.VERSION_STATE_AVAILABLE) {
      Pause.brief();
    }
    assertThat(rig.doubled("m", 3)).isEqualTo(6);
  }

  @Test
  void import_unsignedOrWronglySigned_isRefusedAndLeavesNothing() throws Exception {
    Path upload = folder.resolve("upload");
    SmallModels.doubling(upload);
    ImportPlan unsigned = ImportRig.plan("m", "id-1", upload).build();
    // Not a byte of a file is sent.
    assertRefused("VERSION_UNSIGNED", () -> rig.send(unsigned).end());
    assertThat(
            run("sign", upload.toString(), "--key", keys.secret().toString(), "--model", "other"))
        .isZero();
    ImportPlan wrong = ImportRig.plan("m", "id-2", upload).build();
    assertRefused("VERSION_SIGNATURE_INVALID", () -> rig.upload(wrong, upload));
    assertThat(rig.staged()).isEmpty();
    assertThat(run("sign", upload.toString(), "--key", keys.secret().toString(), "--model", "m"))
        .isZero();
    assertThat(rig.upload(ImportRig.plan("m", "id-3", upload).build(), upload).getVersion())
        .isEqualTo("models/m/versions/1");
    assertThat(rig.awaitVersion("m", 1).getState()).isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    assertThat(rig.published()).contains("m/1/" + PB, "m/1/manifest.sig", "m/1/manifest.json");
  }

  @Test
  void promote_versionFromBeforeTheRule_isRefusedUntilItIsSigned() throws Exception {
    strict("old", false);
    Path version = folder.resolve("models/old/1");
    SmallModels.doubling(version);
    assertThat(rig.awaitVersion("old", 1).getState())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    strict("old", true);
    PromoteRequest promote = PromoteRequest.newBuilder().setName("models/old/versions/1").build();
    assertRefused("VERSION_UNSIGNED", () -> rig.models().promote(promote));
    assertThat(run("sign", version.toString(), "--key", keys.secret().toString())).isZero();
    while (true) {
      // It may be loaded anew now.
      try {
        rig.models().promote(promote);
        return;
      } catch (StatusRuntimeException notYet) {
        assertThat(ImportRig.reason(notYet)).isIn("VERSION_NOT_READY", "MODEL_NOT_FOUND");
      }
    }
  }

  private void strict(String model, boolean strict) throws Exception {
    Files.createDirectories(folder.resolve("models").resolve(model));
    Files.writeString(
        folder.resolve("models").resolve(model).resolve("millrace.yaml"),
        "require-signature: " + strict);
  }

  private int run(String... arguments) {
    CommandLine program = Main.commandLine();
    program.setOut(new PrintWriter(said, true));
    program.setErr(new PrintWriter(said, true));
    return program.execute(arguments);
  }

  private static void assertRefused(String reason, ThrowingCallable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refused).isNotNull();
    assertThat(ImportRig.reason(refused)).isEqualTo(reason);
  }
}
