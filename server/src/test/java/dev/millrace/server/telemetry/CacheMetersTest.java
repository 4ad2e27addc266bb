package dev.millrace.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.cache.CacheOutcome;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CacheMetersTest {
  private static final VersionId VERSION = new VersionId(new ModelName("mnist"), 1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final CacheMeters meters = new CacheMeters(registry);

  @Test
  void onRequest_outcome_isCountedUnderItsSignature() {
    meters.onRequest(VERSION, "s", CacheOutcome.HIT);
    meters.onSaved(VERSION, "s", 1_500_000_000);
    meters.onBytes(VERSION, "s", 100);
    meters.onBytes(VERSION, "s", -30);
    assertThat(
            registry
                .get("millrace.cache.requests")
                .tags("model", "mnist", "version", "1", "signature", "s", "outcome", "hit")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(registry.get("millrace.cache.saved.seconds").counter().count()).isEqualTo(1.5);
    assertThat(registry.get("millrace.cache.bytes").gauge().value()).isEqualTo(70);
  }

  @Test
  void onBytes_afterTheRelease_bringsNoSeriesBack() {
    meters.onRequest(VERSION, "s", CacheOutcome.MISS);
    meters.onBytes(VERSION, "s", 100);
    meters.onChange(
        new VersionStatus(
            VERSION,
            VersionState.RELEASED,
            Optional.empty(),
            "",
            Instant.EPOCH,
            new TreeMap<>(),
            Optional.empty(),
            0));
    meters.onBytes(VERSION, "s", -100);
    assertThat(registry.getMeters()).isEmpty();
  }
}
