package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.v1.Canary;
import dev.millrace.v1.Disagreement;
import dev.millrace.v1.HistoryEvent;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.Shadow;
import dev.millrace.v1.ShadowReport;
import dev.millrace.v1.Traffic;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Canaries, labels and shadows through a whole server, with real models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class TrafficIT {
  private static TrafficRig rig;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    rig =
        TrafficRig.start(
            folder, "shadow: {keep-disagreements: 5, keep-inputs: true}", TrafficRoom.INTERVAL);
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @BeforeEach
  void promoteTheFirst() {
    rig.traffic(Traffic.newBuilder());
    rig.promote(1);
  }

  @Test
  void predict_canaryOfATenth_getsATenth() throws Exception {
    rig.traffic(canary(2, 0.1));
    AtomicInteger canary = new AtomicInteger();
    rig.askMany(
        20_000,
        i -> TrafficRig.request(i % 10).build(),
        (i, version) -> canary.addAndGet(version == 2 ? 1 : 0));
    assertThat(canary.get()).isBetween(1_800, 2_200);
  }

  @Test
  void predict_withRoutingKeys_staysWithOneVersionAndFollowsTheShare() throws Exception {
    rig.traffic(canary(2, 0.1));
    Map<Integer, Set<Long>> versions = askWithKeys(2_000, 10);
    assertThat(versions.values()).allMatch(seen -> seen.size() == 1);
    long canary = versions.values().stream().filter(seen -> seen.contains(2L)).count();
    assertThat(canary).isBetween(150L, 250L);
    rig.traffic(canary(2, 0.3));
    Map<Integer, Set<Long>> grown = askWithKeys(2_000, 1);
    versions.forEach(
        (key, seen) -> {
          if (seen.contains(2L)) {
            assertThat(grown.get(key)).containsExactly(2L);
          }
        });
  }

  @Test
  void predict_label_isItsVersionInAnswersAndStatus() {
    rig.models()
        .setLabel(
            SetLabelRequest.newBuilder()
                .setName("models/labels/labels/next")
                .setVersion(3)
                .build());
    assertThat(
            TrafficRig.version(
                rig.ask(TrafficRig.request(1).setModel("models/labels/labels/next").build())))
        .isEqualTo(3);
    Model labelled =
        rig.models()
            .modelStatus(
                ModelStatusRequest.newBuilder().setModel("models/labels/labels/next").build())
            .getModel();
    assertThat(labelled.getVersionsList()).hasSize(1);
    assertThat(labelled.getVersions(0).getVersion()).isEqualTo(3);
    assertThat(refused("models/labels/labels/none", "").getStatus().getDescription())
        .contains("no label 'none'");
  }

  @Test
  void predict_routingKeyTooLong_isInvalid() {
    StatusRuntimeException error = refused("labels", "é".repeat(129));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error.getStatus().getDescription()).contains("at most 256 bytes, got 258");
    rig.ask(TrafficRig.request(1).setRoutingKey("é".repeat(128)).build());
  }

  @Test
  void setTraffic_unknownVersionOrChampion_isRefused() {
    assertThat(refused(canary(9, 0.1)).getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused(canary(1, 0.1)).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused(canary(2, 1.1)).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused(canary(2, Double.NaN)).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void setTraffic_shares_areInTheStatusAndTheHistory() {
    Model changed = rig.traffic(canary(2, 0.25));
    assertThat(changed.getTraffic()).isEqualTo(canary(2, 0.25).build());
    HistoryEvent event =
        rig.models()
            .listHistory(ListHistoryRequest.newBuilder().setModel("labels").build())
            .getEvents(0);
    assertThat(event.getAction()).isEqualTo("TRAFFIC_SET");
    assertThat(event.getEvidenceMap()).containsEntry("after", "version 2: 25.00 %");
  }

  @Test
  void predict_withAShadowOfOtherLabels_isComparedOffThePath() throws Exception {
    rig.traffic(
        Traffic.newBuilder().setShadow(Shadow.newBuilder().setVersion(3).setShare(1).build()));
    rig.askMany(
        200,
        i -> TrafficRig.request(i % 10).build(),
        (i, version) -> assertThat(version).isEqualTo(1));
    TrafficRig.await(
        () -> {
          ShadowReport report = rig.model().getShadowReport();
          return report.getComparedRequests() + report.getDroppedRequests() == 200;
        });
    ShadowReport report = rig.model().getShadowReport();
    assertThat(report.getVersion()).isEqualTo(3);
    assertThat(report.getAgreement()).isZero();
    assertThat(report.getFailedRequests()).isZero();
    assertThat(report.getClassesCount()).isEqualTo(10);
    assertThat(report.getShadowP99().getNanos()).isPositive();
    assertThat(rig.metrics.value("millrace_shadow_requests_total", "version=\"3\"", "compared"))
        .isEqualTo(report.getComparedRequests());
    var kept =
        rig.models()
            .listDisagreements(ListDisagreementsRequest.newBuilder().setModel("labels").build())
            .getDisagreementsList();
    assertThat(kept).hasSize(5);
    Disagreement newest = kept.get(0);
    assertThat(newest.getPrimaryVersion()).isEqualTo(1);
    assertThat(newest.getShadowVersion()).isEqualTo(3);
    assertThat(newest.getInputsMap()).containsKey("x");
    assertThat(newest.getPrimaryOutputsOrThrow("label"))
        .isNotEqualTo(newest.getShadowOutputsOrThrow("label"));
    rig.traffic(Traffic.newBuilder());
    assertThat(rig.model().hasShadowReport()).isFalse();
    assertThat(rig.metrics.value("millrace_shadow_requests_total", "version=\"3\"")).isZero();
  }

  @Test
  void predict_whileTrafficAndChampionsChange_neverFails() throws Exception {
    AtomicInteger rounds = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> changes =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get()) {
                rig.traffic(canary(2, 0.5));
                rig.promote(2);
                rig.traffic(canary(1, 0.2));
                rig.models().rollback(RollbackRequest.newBuilder().setModel("labels").build());
                rounds.incrementAndGet();
              }
            });
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    while (rounds.get() < 10 && !changes.isDone()) {
      rig.askMany(500, i -> TrafficRig.request(i % 10).build(), (i, version) -> seen.add(version));
    }
    done.set(true);
    changes.get();
    assertThat(seen).containsExactlyInAnyOrder(1L, 2L);
  }

  private static Map<Integer, Set<Long>> askWithKeys(int keys, int times) throws Exception {
    Map<Integer, Set<Long>> versions = new ConcurrentHashMap<>();
    rig.askMany(
        keys * times,
        i -> TrafficRig.request(i % 10).setRoutingKey("user-" + i % keys).build(),
        (i, version) ->
            versions.computeIfAbsent(i % keys, key -> ConcurrentHashMap.newKeySet()).add(version));
    return versions;
  }

  private static Traffic.Builder canary(long version, double share) {
    return Traffic.newBuilder()
        .addCanaries(Canary.newBuilder().setVersion(version).setShare(share));
  }

  private static StatusRuntimeException refused(Traffic.Builder traffic) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> rig.traffic(traffic));
  }

  private static StatusRuntimeException refused(String model, String key) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> rig.ask(TrafficRig.request(1).setModel(model).setRoutingKey(key).build()));
  }
}
