package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelVersion;
import dev.millrace.v1.VersionState;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Uploads over gRPC: published, refused, broken off and taken up again. Nothing is tried here. */
@Timeout(120)
final class ImportVersionTest {
  private static final String PB = "saved_model.pb";
  private static final byte[] OTHER = {1, 2, 3};

  @TempDir private Path folder;
  private Path savedModel;
  private byte[] pb;
  private ImportRig rig;

  @BeforeEach
  void start() throws Exception {
    savedModel = folder.resolve("upload");
    SmallModels.doubling(savedModel);
    pb = Files.readAllBytes(savedModel.resolve(PB));
    restart(Map.of());
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void importVersion_wholeModel_isPublishedServedAndTold() throws Exception {
    ImportPlan plan =
        ImportRig.plan("m", "id-1", savedModel)
            .putParameters("epochs", "5")
            .putMetrics("test_accuracy", 0.9)
            .setParent("models/m/versions/7")
            .build();
    ImportVersionResponse response = rig.upload(plan, savedModel);
    assertThat(response.getVersion()).isEqualTo("models/m/versions/1");
    ModelVersion version = rig.awaitVersion("m", 1);
    assertThat(version.getState())
        .as(version.getMessage())
        .isEqualTo(VersionState.VERSION_STATE_AVAILABLE);
    assertThat(version.getDigest()).isEqualTo(response.getDigest()).hasSize(64);
    assertThat(version.getProvenance().getProducer()).isEqualTo("import");
    assertThat(version.getProvenance().getParent()).isEqualTo("models/m/versions/7");
    assertThat(version.getProvenance().getParametersMap()).containsEntry("epochs", "5");
    assertThat(version.getProvenance().getMetricsMap()).containsEntry("test_accuracy", 0.9);
    assertThat(rig.doubled("m", 3)).isEqualTo(6);
    assertThat(rig.published()).contains("m/1/manifest.json", "m/1/" + PB);
    assertThat(rig.staged()).isEmpty();
    assertThat(rig.openTensors()).isZero();
  }

  @Test
  void importVersion_publishedUpload_isAnsweredWithItsVersionAgain() throws Exception {
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    ImportVersionResponse first = rig.upload(plan, savedModel);
    assertThat(rig.upload(plan, savedModel)).isEqualTo(first);
    assertThat(rig.progress("id-1").getVersion()).isEqualTo("models/m/versions/1");
    assertThat(rig.published()).noneMatch(path -> path.startsWith("m/2"));
  }

  @Test
  void importVersion_brokenOff_goesOnFromWhereItWas() throws Exception {
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    int half = pb.length / 2;
    ImportRig.Sending broken = rig.send(plan);
    broken.piece(PB, 0, Arrays.copyOf(pb, half));
    rig.awaitReceived("id-1", PB, half);
    broken.cancel();
    assertThat(rig.progress("id-1").getReceivedBytesMap()).containsEntry(PB, (long) half);
    assertThat(rig.published()).isEmpty();
    ImportVersionResponse response = rest(plan, half);
    assertThat(response.getVersion()).isEqualTo("models/m/versions/1");
  }

  @Test
  void importVersion_brokenOffByARestart_goesOnFromWhereItWas() throws Exception {
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    int half = pb.length / 2;
    ImportRig.Sending broken = rig.send(plan);
    broken.piece(PB, 0, Arrays.copyOf(pb, half));
    rig.awaitReceived("id-1", PB, half);
    rig.close();
    restart(Map.of());
    assertThat(rig.progress("id-1").getReceivedBytesMap()).containsEntry(PB, (long) half);
    assertThat(rest(plan, half).getVersion()).isEqualTo("models/m/versions/1");
  }

  @Test
  void importVersion_twoCallsOfOneUpload_secondIsRefused() throws Exception {
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    ImportRig.Sending first = rig.send(plan);
    first.piece(PB, 0, Arrays.copyOf(pb, 10));
    rig.awaitReceived("id-1", PB, 10);
    assertRefused(
        "IMPORT_INVALID", "another call is sending upload 'id-1'", () -> rig.send(plan).answer());
    first.cancel();
  }

  @Test
  void importVersion_wrongDigest_throwsThatFileAwayAndKeepsTheOthers() throws Exception {
    ImportPlan plan =
        ImportRig.plan("m", "id-1", savedModel)
            .addFiles(ImportRig.file("assets/a", OTHER))
            .addFiles(ImportRig.file("assets/b", OTHER))
            .build();
    ImportRig.Sending sending = rig.send(plan);
    for (String path : ImportRig.files(savedModel)) {
      sending.piece(path, 0, Files.readAllBytes(savedModel.resolve(path)));
    }
    sending.piece("assets/a", 0, OTHER);
    sending.piece("assets/b", 0, new byte[] {3, 2, 1});
    assertRefused(
        "IMPORT_INVALID", "file 'assets/b' has another digest than the plan", sending::end);
    assertThat(rig.progress("id-1").getReceivedBytesMap())
        .containsEntry("assets/a", 3L)
        .doesNotContainKey("assets/b");
    ImportRig.Sending again = rig.send(plan);
    again.piece("assets/b", 0, OTHER);
    assertThat(again.end().getVersion()).isEqualTo("models/m/versions/1");
  }

  @Test
  void importVersion_notAllSent_saysWhatIsMissing() throws Exception {
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    ImportRig.Sending sending = rig.send(plan);
    sending.piece(PB, 0, Arrays.copyOf(pb, 10));
    assertRefused(
        "IMPORT_INVALID", "of file 'saved_model.pb' 10 of " + pb.length + " bytes", sending::end);
  }

  @Test
  void importVersion_pieceElsewhere_saysWhereTheFileGoesOn() throws Exception {
    ImportRig.Sending sending = rig.send(ImportRig.plan("m", "id-1", savedModel).build());
    sending.piece(PB, 5, OTHER);
    assertRefused(
        "IMPORT_INVALID", "goes on at byte 0, and the piece begins at 5", sending::answer);
  }

  @Test
  void importVersion_moreThanPlanned_isRefused() throws Exception {
    ImportRig.Sending sending = rig.send(ImportRig.plan("m", "id-1", savedModel).build());
    sending.piece(PB, 0, Arrays.copyOf(pb, pb.length + 1));
    assertRefused("IMPORT_INVALID", "has more than the " + pb.length + " bytes", sending::answer);
  }

  @Test
  void importVersion_pathOutside_isRefusedAndNothingIsWritten() throws Exception {
    ImportPlan plan =
        ImportRig.plan("m", "id-1", savedModel)
            .addFiles(ImportRig.file("variables/../../../evil", OTHER))
            .build();
    assertRefused("IMPORT_INVALID", "'variables/../../../evil'", () -> rig.send(plan).answer());
    assertThat(rig.published()).isEmpty();
    assertThat(rig.staged()).isEmpty();
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void importVersion_tooManyBytes_isTooLarge() throws Exception {
    rig.close();
    restart(Map.of(ServeOption.MAX_IMPORT_SIZE, "100B"));
    ImportPlan plan = ImportRig.plan("m", "id-1", savedModel).build();
    assertRefused("REQUEST_TOO_LARGE", "more than the 100 bytes", () -> rig.send(plan).answer());
  }

  @Test
  void importVersion_pieceBeforeThePlan_isRefused() throws Exception {
    ImportPlan none = ImportPlan.newBuilder().setModel("m").build();
    assertRefused("IMPORT_INVALID", "an import id is", () -> rig.send(none).answer());
  }

  @Test
  void getImport_unknownUpload_isNotFound() {
    assertRefused(
        "IMPORT_NOT_FOUND", "no upload 'other' is under way", () -> rig.progress("other"));
  }

  private void restart(Map<ServeOption, String> more) throws Exception {
    Map<ServeOption, String> options = new java.util.EnumMap<>(ServeOption.class);
    options.put(ServeOption.CHECK_MODELS, "inspect");
    options.putAll(more);
    rig = ImportRig.start(folder, options);
  }

  private ImportVersionResponse rest(ImportPlan plan, int from) throws Exception {
    ImportRig.Sending resumed = rig.send(plan);
    for (String path : ImportRig.files(savedModel)) {
      byte[] bytes = Files.readAllBytes(savedModel.resolve(path));
      int offset = path.equals(PB) ? from : 0;
      resumed.piece(path, offset, Arrays.copyOfRange(bytes, offset, bytes.length));
    }
    return resumed.end();
  }

  private static void assertRefused(String reason, String words, Executable call) {
    assertThatThrownBy(call::execute)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused).hasMessageContaining(words);
              assertThat(ImportRig.reason(refused)).isEqualTo(reason);
            });
  }
}
