package dev.millrace.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.AdmissionSettings;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.scheduling.BatchRule;
import dev.millrace.server.scheduling.DropReason;
import dev.millrace.server.scheduling.Lane;
import dev.millrace.server.scheduling.RunTime;
import dev.millrace.server.scheduling.ShedReason;
import dev.millrace.server.testing.PuppetNanos;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RunMetersTest {
  private static final long MILLI = 1_000_000;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void observer_everyEvent_isCountedUnderModelVersionAndSignature() {
    RunMeters meters = new RunMeters(registry);
    Lane lane = lane(1, "s");
    meters.onShed(lane, ShedReason.WAIT);
    meters.onDropped(lane, DropReason.EXPIRED, 2000 * MILLI);
    meters.onStarted(lane, 5 * MILLI);
    meters.onRun(lane, 8, 10 * MILLI);
    meters.onWasted(lane, DropReason.CANCELLED, 500 * MILLI);
    assertThat(registry.get("millrace.shed").tags("why", "wait").counter().count()).isEqualTo(1);
    assertThat(registry.get("millrace.dropped").tags("why", "expired").counter().count())
        .isEqualTo(1);
    meters.onExpiredRun(lane);
    assertThat(registry.get("millrace.run.expired").counter().count()).isEqualTo(1);
    assertThat(registry.get("millrace.work.saved.seconds").counter().count()).isEqualTo(2);
    assertThat(
            registry.get("millrace.work.wasted.seconds").tags("why", "cancelled").counter().count())
        .isEqualTo(0.5);
    assertThat(registry.get("millrace.batch.rows").summary().totalAmount()).isEqualTo(8);
    assertThat(registry.get("millrace.queue.time").timer().totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(5);
    assertThat(
            registry
                .get("millrace.run.time")
                .tags("model", "m", "version", "1", "signature", "s")
                .timer()
                .count())
        .isEqualTo(1);
  }

  @Test
  void onChange_versionReleased_takesItsSeriesAwayAndNoOther() {
    RunMeters meters = new RunMeters(registry);
    meters.onRun(lane(1, "s"), 1, MILLI);
    int ofOne = registry.getMeters().size();
    meters.onRun(lane(1, "t"), 1, MILLI);
    meters.onRun(lane(2, "s"), 1, MILLI);
    meters.onChange(status(1, VersionState.DRAINING));
    assertThat(registry.getMeters()).hasSize(3 * ofOne);
    meters.onChange(status(1, VersionState.RELEASED));
    assertThat(registry.getMeters())
        .hasSize(ofOne)
        .allMatch(meter -> "2".equals(meter.getId().getTag("version")));
  }

  @Test
  void loadMeters_lifeOfAVersion_tellsTimesOutcomeAndMemory() {
    PuppetNanos nanos = new PuppetNanos();
    AtomicLong resident = new AtomicLong(1000);
    LoadMeters meters = new LoadMeters(registry, nanos, resident::get);
    VersionId id = new VersionId(new ModelName("m"), 1);
    meters.onLoading(id);
    nanos.pass(Duration.ofSeconds(2));
    meters.onWarming(id);
    nanos.pass(Duration.ofSeconds(1));
    resident.set(1700);
    meters.onLoaded(id, null);
    assertThat(total("millrace.load", "version", "1", "outcome", "OK")).isEqualTo(3);
    assertThat(total("millrace.warm.up", "version", "1")).isEqualTo(1);
    assertThat(registry.get("millrace.version.memory.added.bytes").gauge().value()).isEqualTo(700);
    meters.onReleasing(id);
    resident.set(1100);
    meters.onReleased(id);
    meters.onChange(status(1, VersionState.RELEASED));
    assertThat(registry.get("millrace.memory.added.bytes").counter().count()).isEqualTo(700);
    assertThat(registry.get("millrace.memory.returned.bytes").counter().count()).isEqualTo(600);
    assertThat(registry.getMeters()).hasSize(2);
  }

  @Test
  void loadMeters_failedLoad_tellsTheReasonAndNoMemory() {
    LoadMeters meters = new LoadMeters(registry, new PuppetNanos(), () -> 0);
    meters.onLoading(new VersionId(new ModelName("m"), 1));
    meters.onLoaded(new VersionId(new ModelName("m"), 1), ErrorReason.DIGEST_MISMATCH);
    assertThat(registry.get("millrace.load").tag("outcome", "DIGEST_MISMATCH").timer().count())
        .isEqualTo(1);
    assertThat(registry.find("millrace.warm.up").timers()).isEmpty();
    assertThat(registry.find("millrace.version.memory.added.bytes").gauges()).isEmpty();
  }

  private double total(String name, String... tags) {
    return registry.get(name).tags(tags).timer().totalTime(TimeUnit.SECONDS);
  }

  private static Lane lane(long version, String signature) {
    return new Lane(
        new Lane.Key(new VersionId(new ModelName("m"), version), signature, List.of(), List.of()),
        BatchRule.alone(false),
        AdmissionSettings.DEFAULT,
        new RunTime(List.of()));
  }

  private static VersionStatus status(long version, VersionState state) {
    return new VersionStatus(
        new VersionId(new ModelName("m"), version),
        state,
        Optional.empty(),
        "",
        Instant.EPOCH,
        new TreeMap<>(),
        Optional.empty(),
        1);
  }
}
