package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Versions that lie in the repository and are not in memory, for whatever reason. */
final class StoredVersionsTest {
  private static final ModelName MODEL = new ModelName("m");

  private final PuppetExecutor loads = new PuppetExecutor();
  private final List<String> heard = new ArrayList<>();
  private LoadGate.Verdict verdict = new LoadGate.Verdict.Load();
  private boolean fails;
  private boolean comesBack;
  private final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              (source, mode) -> load(),
              new WarmUp(model -> List.of(), 1, () -> 0, () -> 0),
              1,
              () -> 0),
          loads,
          new PuppetClock(),
          () -> {},
          LoadObserver.NONE,
          new LoadGate() {
            @Override
            public Verdict ask(ServableSource source, List<MemoryUse> held) {
              return verdict;
            }

            @Override
            public boolean onUnmet(ModelReference reference) {
              return comesBack;
            }
          });

  @Test
  void aspire_versionNotWanted_isListedAsStored() {
    aspire(List.of(2L), 1);
    loads.runAll();
    assertThat(states()).containsExactly("2 AVAILABLE", "1 STORED");
    assertThatThrownBy(() -> catalog.lease(ModelReference.parse("models/m/versions/1")))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.VERSION_NOT_READY);
              assertThat(refused.message()).contains("load it first");
              assertThat(refused.retryAfter()).isEmpty();
            });
  }

  @Test
  void aspire_storedVersionWanted_isLoaded() {
    aspire(List.of(), 1);
    catalog.subscribe(status -> heard.add(status.state().name()));
    aspire(List.of(1L));
    loads.runAll();
    assertThat(heard).containsExactly("STORED", "PENDING", "LOADING", "WARMING", "AVAILABLE");
  }

  @Test
  void aspire_loadedVersionNotWanted_isReleasedAndStoredAtOnce() {
    aspire(List.of(1L));
    loads.runAll();
    catalog.subscribe(status -> heard.add(status.state().name()));
    aspire(List.of(), 1);
    loads.runAll();
    assertThat(heard).containsExactly("AVAILABLE", "DRAINING", "RELEASED", "STORED");
  }

  @Test
  void aspire_failedVersionNotWanted_isStored() {
    fails = true;
    aspire(List.of(1L));
    loads.runAll();
    assertThat(states()).containsExactly("1 FAILED");
    aspire(List.of(), 1);
    assertThat(states()).containsExactly("1 STORED");
  }

  @Test
  void aspire_storedVersionGone_isForgotten() {
    aspire(List.of(), 1);
    aspire(List.of());
    assertThat(catalog.statuses(MODEL)).isEmpty();
  }

  @Test
  void close_storedVersions_areNoneToWaitFor() throws InterruptedException {
    aspire(List.of(), 1, 2);
    assertThat(catalog.close(Duration.ZERO)).isTrue();
  }

  @Test
  @Timeout(20)
  void close_lastVersionReleased_endsAtOnce() throws InterruptedException {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    ModelCatalog threaded =
        new ModelCatalog(
            new VersionLoad(
                (source, mode) -> load(),
                new WarmUp(model -> List.of(), 1, () -> 0, () -> 0),
                1,
                () -> 0),
            thread,
            new PuppetClock(),
            () -> {});
    threaded.aspire(MODEL, List.of(source(MODEL, 1)), List.of(source(MODEL, 2)));
    threaded.awaitSettled();
    assertThat(threaded.close(Duration.ofMinutes(1))).isTrue();
    thread.shutdown();
  }

  @Test
  void ask_noRoomNow_waitsAndKeepsTheOldVersion() {
    aspire(List.of(1L));
    loads.runAll();
    verdict = new LoadGate.Verdict.Wait();
    aspire(List.of(2L), 1);
    assertThat(states()).containsExactly("2 PENDING", "1 AVAILABLE");
    verdict = new LoadGate.Verdict.Load();
    aspire(List.of(2L), 1);
    loads.runAll();
    assertThat(states()).containsExactly("2 AVAILABLE", "1 STORED");
  }

  @Test
  void ask_noRoomAtAll_failsAndIsTriedAgainWhenMemoryComesBack() {
    aspire(List.of(1L));
    loads.runAll();
    verdict = new LoadGate.Verdict.Refuse(ErrorReason.MEMORY_BUDGET_EXCEEDED, "no room");
    catalog.aspire(new ModelName("other"), List.of(source(new ModelName("other"), 1)));
    assertThat(catalog.statuses(new ModelName("other")).orElseThrow())
        .singleElement()
        .satisfies(
            status -> {
              assertThat(status.reason()).contains(ErrorReason.MEMORY_BUDGET_EXCEEDED);
              assertThat(status.message()).isEqualTo("no room");
            });
    verdict = new LoadGate.Verdict.Load();
    aspire(List.of(), 1);
    loads.runAll();
    assertThat(catalog.statuses(new ModelName("other")).orElseThrow())
        .extracting(status -> status.state().name())
        .containsExactly("AVAILABLE");
  }

  @Test
  void lease_versionThatIsBroughtBack_isToldToRetry() {
    aspire(List.of(), 1);
    comesBack = true;
    assertThatThrownBy(() -> catalog.lease(ModelReference.parse("m")))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.VERSION_NOT_READY);
              assertThat(refused.retryAfter()).isPresent();
            });
  }

  @Test
  void retry_failedVersion_isLoadedAgain() {
    fails = true;
    aspire(List.of(1L));
    loads.runAll();
    fails = false;
    catalog.retry(new VersionId(MODEL, 1));
    loads.runAll();
    assertThat(states()).containsExactly("1 AVAILABLE");
  }

  private Servable load() {
    if (fails) {
      throw new ServingException(ErrorReason.LOAD_FAILED, "no good");
    }
    return new FakeServable();
  }

  private void aspire(List<Long> wanted, long... stored) {
    catalog.aspire(
        MODEL,
        wanted.stream().map(number -> source(MODEL, number)).toList(),
        Arrays.stream(stored).mapToObj(number -> source(MODEL, number)).toList());
  }

  private static ServableSource source(ModelName model, long number) {
    return new ServableSource(
        new VersionId(model, number), Path.of("none"), "", ModelSettings.DEFAULT);
  }

  private List<String> states() {
    return catalog.statuses(MODEL).orElseThrow().stream()
        .map(status -> status.id().number() + " " + status.state())
        .toList();
  }
}
