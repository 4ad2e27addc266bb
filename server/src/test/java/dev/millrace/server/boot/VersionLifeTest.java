package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListHistoryResponse;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.RollbackResponse;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.UnloadVersionRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can be done to versions, through a whole server with real models. */
@Timeout(120)
final class VersionLifeTest {
  private static final String ALL = "versions: {policy: all}\n";

  @TempDir private Path folder;
  private LifeRig rig;

  @BeforeEach
  void start() throws IOException {
    rig = LifeRig.start(folder, Map.of());
  }

  @AfterEach
  void stop() {
    assertThat(rig.server.openTensors()).isZero();
    rig.close();
  }

  @Test
  void scan_versionsCopiedIn_newestIsLoadedAndTheOthersAreStored() throws IOException {
    copyIn("m", 1);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE"));
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    assertThat(rig.ask("m")).isEqualTo("models/m/versions/2");
    assertRefused("VERSION_NOT_READY", "load it first", () -> rig.ask("models/m/versions/1"));
  }

  @Test
  void scan_policyChanges_loadedVersionsFollow() throws IOException {
    for (int version = 1; version <= 3; version++) {
      copyIn("m", version);
    }
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "STORED", 3L, "AVAILABLE"));
    LifeRig.settings(folder, "m", "versions: {policy: list, list: [1, 3]}\n");
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "STORED", 3L, "AVAILABLE"));
    LifeRig.settings(folder, "m", "versions: {latest: 2}\n");
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE", 3L, "AVAILABLE"));
    LifeRig.settings(folder, "m", ALL);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE", 3L, "AVAILABLE"));
  }

  @Test
  void loadAndUnload_storedVersion_comesAndGoesAlone() throws IOException {
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    Model loading =
        rig.models()
            .loadVersion(LoadVersionRequest.newBuilder().setName(name(1)).build())
            .getModel();
    assertThat(loading.getEtag()).isNotEmpty();
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    assertThat(rig.ask("models/m/versions/1")).isEqualTo(name(1));
    rig.models().unloadVersion(UnloadVersionRequest.newBuilder().setName(name(1)).build());
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    rig.models().unloadVersion(UnloadVersionRequest.newBuilder().setName(name(2)).build());
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "STORED"));
  }

  @Test
  void change_staleEtag_isAborted() throws IOException {
    copyIn("m", 1);
    rig.awaitAvailable("m", 1);
    String etag = rig.model("m").getEtag();
    label("a", 1, etag);
    assertRefused("ETAG_MISMATCH", "look at it again", () -> label("b", 1, etag));
    label("b", 1, rig.model("m").getEtag());
    assertThat(rig.model("m").getVersions(0).getLabelsList()).containsExactly("a", "b");
  }

  @Test
  void label_ofAStoredVersion_loadsItAndHoldsIt() throws IOException {
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    label("challenger", 1, "");
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    assertThat(rig.ask("models/m/labels/challenger")).isEqualTo(name(1));
    assertThat(rig.model("models/m/labels/challenger").getVersionsList())
        .extracting(version -> version.getVersion())
        .containsExactly(1L);
    assertRefused("VERSION_IN_USE", "label 'challenger'", () -> unload(1));
    assertRefused("VERSION_IN_USE", "label 'challenger'", () -> delete(1));
    label("challenger", 0, "");
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    assertRefused("LABEL_NOT_FOUND", "no label", () -> label("challenger", 0, ""));
    assertRefused("LABEL_INVALID", "Promote", () -> label("champion", 1, ""));
    assertRefused("LABEL_INVALID", "a label is", () -> label("No Good", 1, ""));
    assertRefused("VERSION_NOT_FOUND", "no version 9", () -> label("a", 9, ""));
  }

  @Test
  void delete_freeVersion_isGoneWithItsFilesAndItsNumberIsNotGivenOutAgain() throws IOException {
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitAvailable("m", 2);
    delete(2);
    assertThat(folder.resolve("models/m/2")).doesNotExist();
    // It answers until version 1 does.
    rig.awaitStates("m", Map.of(1L, "AVAILABLE"));
    assertThat(folder.resolve("models/.trash")).doesNotExist();
    assertRefused("VERSION_NOT_FOUND", "no version 2", () -> delete(2));
    restart();
    rig.awaitStates("m", Map.of(1L, "AVAILABLE"));
    assertThat(events("m")).containsExactly("DELETED 2 0", "PUBLISHED 0 2", "PUBLISHED 0 1");
  }

  @Test
  void delete_brokenOffBeforeTheRegistry_isEndedByTheNextStart() throws IOException {
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitAvailable("m", 2);
    rig.close();
    Files.createDirectories(folder.resolve("models/.trash/m"));
    Files.move(folder.resolve("models/m/2"), folder.resolve("models/.trash/m/2"));
    rig = LifeRig.start(folder, Map.of());
    rig.awaitStates("m", Map.of(1L, "AVAILABLE"));
    assertThat(folder.resolve("models/.trash")).doesNotExist();
    assertThat(events("m")).startsWith("DELETED 2 0");
  }

  @Test
  void promoteAndRollBack_callersOfTheModelFollow() throws IOException {
    LifeRig.settings(folder, "m", ALL);
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    PromoteResponse first = promote(1);
    assertThat(first.getFormerVersion()).isEmpty();
    assertThat(first.getChampionVersion()).isEqualTo(name(1));
    assertThat(rig.ask("m")).isEqualTo(name(1));
    assertRefused("NO_FORMER_VERSION", "promote a version", this::rollBack);
    PromoteResponse second = promote(2);
    assertThat(second.getFormerVersion()).isEqualTo(name(1));
    assertThat(second.getModel().getBake().getFormerVersion()).isEqualTo(1);
    assertThat(rig.ask("m")).isEqualTo(name(2));
    assertRefused("VERSION_IN_USE", "bake period of version 2", () -> delete(1));
    RollbackResponse back = rollBack();
    assertThat(back.getLeftVersion()).isEqualTo(name(2));
    assertThat(back.getRestoredVersion()).isEqualTo(name(1));
    assertThat(rig.ask("m")).isEqualTo(name(1));
    assertThat(events("m").subList(0, 3))
        .containsExactly("ROLLED_BACK 2 1", "PROMOTED 1 2", "PROMOTED 0 1");
    HistoryEvent event = history("m", "").getEvents(0);
    assertThat(event.getReason()).isEqualTo("it was no good");
    assertThat(event.getActor()).isEqualTo("127.0.0.1");
  }

  @Test
  void rollback_formerIsOutOfMemory_isLoadedFirst() throws IOException {
    copyIn("m", 1);
    rig.awaitAvailable("m", 1);
    promote(1);
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    assertThat(rig.ask("m")).isEqualTo(name(1));
    rig.models()
        .promote(
            PromoteRequest.newBuilder()
                .setName(name(2))
                .setBakeDuration(com.google.protobuf.Duration.getDefaultInstance())
                .build());
    // The watch ends the bake period, and the former champion goes.
    rig.awaitStates("m", Map.of(1L, "STORED", 2L, "AVAILABLE"));
    RollbackResponse back = rollBack();
    assertThat(back.getRestoredVersion()).isEqualTo(name(1));
    assertThat(rig.ask("m")).isEqualTo(name(1));
  }

  @Test
  void promote_notLoadedOrBreaking_isRefused() throws IOException {
    copyIn("m", 1);
    rig.awaitAvailable("m", 1);
    promote(1);
    copyIn("m", 2);
    SmallModels.slow(folder.resolve("models/m/3"), 1);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "STORED", 3L, "AVAILABLE"));
    assertRefused("VERSION_NOT_READY", "load it first", () -> promote(2));
    assertRefused("SIGNATURE_BREAKING", "serving_default input x", () -> promote(3));
    PromoteResponse forced =
        rig.models()
            .promote(PromoteRequest.newBuilder().setName(name(3)).setAllowBreaking(true).build());
    assertThat(forced.getChampionVersion()).isEqualTo(name(3));
  }

  @Test
  void listHistory_pages_areNewestFirst() throws IOException {
    copyIn("m", 1);
    rig.awaitAvailable("m", 1);
    for (String label : List.of("a", "b", "c")) {
      label(label, 1, "");
    }
    ListHistoryResponse first = history("m", "");
    assertThat(first.getEventsList())
        .extracting(event -> event.getEvidenceOrDefault("label", ""))
        .containsExactly("c", "b");
    ListHistoryResponse second = history("m", first.getNextPageToken());
    assertThat(second.getEventsList())
        .extracting(HistoryEvent::getAction)
        .containsExactly("LABELLED", "PUBLISHED");
    assertThat(second.getNextPageToken()).isEmpty();
    assertRefused("PAGE_TOKEN_INVALID", "page_token", () -> history("m", "nonsense"));
    assertRefused("MODEL_NOT_FOUND", "no model", () -> history("other", ""));
  }

  @Test
  void restart_labelsAndChampion_areAsBefore() throws IOException {
    LifeRig.settings(folder, "m", ALL);
    copyIn("m", 1);
    copyIn("m", 2);
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    promote(1);
    label("challenger", 2, "");
    String etag = rig.model("m").getEtag();
    restart();
    rig.awaitStates("m", Map.of(1L, "AVAILABLE", 2L, "AVAILABLE"));
    assertThat(rig.model("m").getEtag()).isEqualTo(etag);
    assertThat(rig.ask("m")).isEqualTo(name(1));
    assertThat(rig.model("m").getVersions(0).getLabelsList()).containsExactly("challenger");
  }

  private void restart() throws IOException {
    rig.close();
    rig = LifeRig.start(folder, Map.of(ServeOption.SCAN_INTERVAL, "50ms"));
  }

  private void copyIn(String model, int version) throws IOException {
    SmallModels.doubling(folder.resolve("models").resolve(model).resolve("" + version));
  }

  private PromoteResponse promote(long version) {
    return rig.models().promote(PromoteRequest.newBuilder().setName(name(version)).build());
  }

  private RollbackResponse rollBack() {
    return rig.models()
        .rollback(RollbackRequest.newBuilder().setModel("m").setReason("it was no good").build());
  }

  private void unload(long version) {
    rig.models().unloadVersion(UnloadVersionRequest.newBuilder().setName(name(version)).build());
  }

  private void delete(long version) {
    rig.models().deleteVersion(DeleteVersionRequest.newBuilder().setName(name(version)).build());
  }

  private void label(String label, long version, String etag) {
    rig.models()
        .setLabel(
            SetLabelRequest.newBuilder()
                .setName("models/m/labels/" + label)
                .setVersion(version)
                .setEtag(etag)
                .build());
  }

  private ListHistoryResponse history(String model, String token) {
    return rig.models()
        .listHistory(
            ListHistoryRequest.newBuilder()
                .setModel(model)
                .setPageSize(2)
                .setPageToken(token)
                .build());
  }

  private List<String> events(String model) {
    return rig
        .models()
        .listHistory(ListHistoryRequest.newBuilder().setModel(model).build())
        .getEventsList()
        .stream()
        .map(event -> event.getAction() + " " + event.getFromVersion() + " " + event.getToVersion())
        .toList();
  }

  private static String name(long version) {
    return "models/m/versions/" + version;
  }

  private static void assertRefused(String reason, String words, ThrowingCallable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refused).as("refusal").isNotNull();
    assertThat(LifeRig.reason(refused)).isEqualTo(reason);
    assertThat(refused.getStatus().getDescription()).contains(words);
  }
}
