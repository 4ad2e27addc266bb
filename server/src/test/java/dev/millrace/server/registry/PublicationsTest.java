package dev.millrace.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.testing.MemoryRegistryStore;
import dev.millrace.server.testing.PuppetClock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PublicationsTest {
  private static final ModelName MODEL = new ModelName("m");

  private final MemoryRegistryStore store = new MemoryRegistryStore();
  private final Registry registry = new Registry(store, new PuppetClock());
  private final Publications publications = new Publications(registry, store);

  @Test
  void published_versionThatAScanSawFirst_isToldWithWhoAndWhy() {
    registry.change(
        MODEL,
        "",
        before -> before.withHighest(1),
        before ->
            HistoryEvent.of(
                MODEL,
                HistoryEvent.BY_ITSELF,
                HistoryAction.PUBLISHED,
                0,
                1,
                "copied into the repository",
                Map.of()));
    publications.published(
        new VersionRecord(new VersionId(MODEL, 1), "digest", "", "", 0, Instant.EPOCH, true),
        "somebody",
        "a better one",
        Map.of());
    assertThat(registry.history(MODEL, Long.MAX_VALUE, 1))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.actor()).isEqualTo("somebody");
              assertThat(event.reason()).isEqualTo("a better one");
            });
  }
}
