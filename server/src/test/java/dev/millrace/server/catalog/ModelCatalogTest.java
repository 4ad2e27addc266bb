package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ExecutionMode;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import dev.millrace.server.testing.ScriptedServable;
import dev.millrace.server.testing.SettingsOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ModelCatalogTest {
  private static final ModelName MNIST = new ModelName("mnist");

  private final PuppetExecutor loads = new PuppetExecutor();
  private final Map<Long, FakeServable> loaded = new HashMap<>();
  private final ScriptedServable broken = ScriptedServable.ofFloats();
  private final List<String> heard = new ArrayList<>();
  private final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              this::load, new WarmUp(model -> List.of(), 1, () -> 0, () -> 0), 1, () -> 0),
          loads,
          new PuppetClock(),
          () -> {});

  @Test
  void aspire_newVersion_isLoadedWarmedAndAvailable() {
    catalog.subscribe(status -> heard.add(status.id().number() + " " + status.state()));
    aspire(1);
    loads.runAll();
    assertThat(heard).containsExactly("1 PENDING", "1 LOADING", "1 WARMING", "1 AVAILABLE");
    assertThat(loaded.get(1L).runs()).isPositive();
    try (Lease lease = catalog.lease(ModelReference.parse("mnist"))) {
      assertThat(lease.id()).isEqualTo(new VersionId(MNIST, 1));
    }
  }

  @Test
  void aspire_versionReplaced_oldOneAnswersUntilTheNewOneDoes() {
    aspire(1);
    loads.runAll();
    aspire(2);
    assertThat(leased()).isEqualTo(1);
    loads.runNext();
    assertThat(leased()).isEqualTo(2);
    loads.runAll();
    assertThat(loaded.get(1L).closes()).isEqualTo(1);
    assertThat(states()).containsExactly("2 AVAILABLE");
  }

  @Test
  void aspire_newVersionFails_oldOneStaysAvailable() {
    aspire(1);
    loads.runAll();
    aspire(1, 666);
    loads.runAll();
    assertThat(states()).containsExactly("666 FAILED", "1 AVAILABLE");
    assertThat(leased()).isEqualTo(1);
    assertThat(catalog.statuses(MNIST).orElseThrow().get(0).reason())
        .contains(ErrorReason.LOAD_FAILED);
  }

  @Test
  void aspire_newVersionFailsItsWarmUp_oldOneServesAndTheReasonIsTold() {
    aspire(1);
    loads.runAll();
    aspire(1, 667);
    loads.runAll();
    assertThat(states()).containsExactly("667 FAILED", "1 AVAILABLE");
    assertThat(leased()).isEqualTo(1);
    VersionStatus failed = catalog.statuses(MNIST).orElseThrow().get(0);
    assertThat(failed.reason()).contains(ErrorReason.WARM_UP_FAILED);
    assertThat(failed.message()).contains("mnist version 667 failed its warm-up", "broken");
    assertThat(failed.memoryBytes()).isZero();
    assertThat(broken.closes()).isEqualTo(1);
  }

  @Test
  void aspire_settingsChanged_formerPlanIsNotKept() {
    catalog.aspire(MNIST, List.of(source(1, "", SettingsOf.batching(64, List.of()))));
    loads.runAll();
    catalog.aspire(MNIST, List.of(source(2, "", SettingsOf.batching(0, List.of(5)))));
    loads.runAll();
    try (Lease lease = catalog.lease(ModelReference.parse("mnist"))) {
      assertThat(lease.batchPlan("serving_default").bestSize()).isEqualTo(5);
      assertThat(lease.batchPlan("serving_default").explanation()).doesNotContain("before");
    }
  }

  @Test
  void aspire_failedVersionWithSameSource_isNotTriedAgain() {
    aspire(666);
    loads.runAll();
    aspire(666);
    assertThat(loads.waiting()).isZero();
  }

  @Test
  void aspire_failedVersionWithChangedSource_isTriedAgain() {
    aspire(666);
    loads.runAll();
    catalog.aspire(MNIST, List.of(source(666, "mended")));
    assertThat(states()).containsExactly("666 LOADING");
  }

  @Test
  void lease_heldWhileVersionGoes_keepsItOpen() {
    aspire(1);
    loads.runAll();
    Lease lease = catalog.lease(ModelReference.parse("mnist"));
    aspire();
    loads.runAll();
    assertThat(states()).containsExactly("1 DRAINING");
    assertThat(loaded.get(1L).closes()).isZero();
    lease.close();
    lease.close();
    loads.runAll();
    assertThat(loaded.get(1L).closes()).isEqualTo(1);
    assertThat(catalog.statuses(MNIST)).isEmpty();
  }

  @Test
  void lease_unknownModelVersionAndLabel_areNotFound() {
    aspire(1);
    loads.runAll();
    assertRefused("other", ErrorReason.MODEL_NOT_FOUND);
    assertRefused("models/mnist/versions/9", ErrorReason.VERSION_NOT_FOUND);
    assertRefused("models/mnist/labels/champion", ErrorReason.LABEL_NOT_FOUND);
  }

  @Test
  void statuses_ofAReference_areAllVersionsOrTheOneNamed() {
    aspire(1, 2);
    loads.runAll();
    assertThat(catalog.statuses(ModelReference.parse("mnist"))).hasSize(2);
    assertThat(catalog.statuses(ModelReference.parse("models/mnist/versions/2")))
        .extracting(status -> status.id().number())
        .containsExactly(2L);
    for (String unknown :
        List.of("other", "models/mnist/versions/9", "models/mnist/labels/champion")) {
      assertThatThrownBy(() -> catalog.statuses(ModelReference.parse(unknown)))
          .isInstanceOf(ServingException.class);
    }
  }

  @Test
  void lease_versionStillLoading_isNotReadyAndToldToRetry() {
    aspire(1);
    assertThatThrownBy(() -> catalog.lease(ModelReference.parse("mnist")))
        .isInstanceOfSatisfying(
            ServingException.class,
            error -> {
              assertThat(error.reason()).isEqualTo(ErrorReason.VERSION_NOT_READY);
              assertThat(error.retryAfter()).isPresent();
            });
  }

  @Test
  void successors_everyIllegalMove_isRefusedWithTheHistory() {
    VersionSlot slot = new VersionSlot(source(1, ""), new PuppetClock().instant());
    for (VersionState state : VersionState.values()) {
      if (!VersionState.PENDING.successors().contains(state)) {
        assertThatThrownBy(() -> slot.moveTo(state, new PuppetClock().instant()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("PENDING");
      }
    }
  }

  private Servable load(ServableSource source, ExecutionMode mode) {
    if (source.id().number() == 666) {
      throw new ServingException(ErrorReason.LOAD_FAILED, "no good");
    }
    if (source.id().number() == 667) {
      return broken.answering(
          x -> {
            throw new ServingException(ErrorReason.INTERNAL, "broken");
          });
    }
    FakeServable servable = new FakeServable();
    loaded.put(source.id().number(), servable);
    return servable;
  }

  private void aspire(long... numbers) {
    List<ServableSource> sources = new ArrayList<>();
    for (long number : numbers) {
      sources.add(source(number, ""));
    }
    catalog.aspire(MNIST, sources);
  }

  private static ServableSource source(long number, String digest) {
    return source(number, digest, ModelSettings.DEFAULT);
  }

  private static ServableSource source(long number, String digest, ModelSettings settings) {
    return new ServableSource(new VersionId(MNIST, number), Path.of("none"), digest, settings);
  }

  private long leased() {
    try (Lease lease = catalog.lease(ModelReference.parse("mnist"))) {
      return lease.id().number();
    }
  }

  private List<String> states() {
    return catalog.statuses(MNIST).orElseThrow().stream()
        .map(status -> status.id().number() + " " + status.state())
        .toList();
  }

  private void assertRefused(String reference, ErrorReason reason) {
    assertThatThrownBy(() -> catalog.lease(ModelReference.parse(reference)))
        .isInstanceOfSatisfying(
            ServingException.class, error -> assertThat(error.reason()).isEqualTo(reason));
  }
}
