package dev.millrace.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.inference.InferenceRequest;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.model.VersionState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class RequestMetersTest {
  private static final VersionId VERSION = new VersionId(new ModelName("mnist"), 1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final RequestMeters meters =
      new RequestMeters(registry, model -> model.id().equals("mnist"));

  @Test
  void onEnd_answer_isCountedUnderItsVersion() {
    answer();
    assertThat(
            registry
                .get("millrace.requests")
                .tags("model", "mnist", "version", "1", "signature", "s", "code", "OK")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(registry.get("millrace.requests.in.flight").gauge().value()).isZero();
  }

  @Test
  void onEnd_failureThatStagesHaveWrapped_isCountedUnderItsReason() {
    meters.onStart();
    meters.onEnd(
        request("mnist"),
        null,
        new CompletionException(
            new CompletionException(new ServingException(ErrorReason.OVERLOADED, "later"))),
        Duration.ofMillis(1));
    assertThat(
            registry
                .get("millrace.requests")
                .tags("model", "mnist", "code", "OVERLOADED")
                .timer()
                .count())
        .isEqualTo(1);
  }

  @Test
  void onEnd_tenThousandUnknownModels_makeOneSeries() {
    fail("unknown-0");
    int before = registry.getMeters().size();
    for (int i = 0; i < 10_000; i++) {
      fail("unknown-" + i);
    }
    assertThat(registry.getMeters()).hasSize(before);
    assertThat(registry.get("millrace.requests").tags("model", "unknown").timer().count())
        .isEqualTo(10_001);
  }

  @Test
  void onChange_versionReleased_takesItsSeriesAway() {
    answer();
    meters.onChange(status(VersionState.AVAILABLE));
    assertThat(registry.find("millrace.requests").timers()).hasSize(1);
    meters.onChange(status(VersionState.RELEASED));
    assertThat(registry.find("millrace.requests").timers()).isEmpty();
  }

  @Test
  void versionMeters_lifeOfAVersion_isSeenAndForgotten() {
    VersionMeters versions = new VersionMeters(registry);
    versions.onChange(status(VersionState.LOADING));
    assertThat(registry.get("millrace.version.available").gauge().value()).isZero();
    versions.onChange(status(VersionState.AVAILABLE));
    assertThat(registry.get("millrace.version.available").gauge().value()).isEqualTo(1);
    versions.onChange(status(VersionState.RELEASED));
    assertThat(registry.find("millrace.version.available").gauges()).isEmpty();
  }

  private void answer() {
    meters.onStart();
    meters.onEnd(
        request("mnist"),
        new InferenceResponse(VERSION, "s", Map.of()),
        null,
        Duration.ofMillis(1));
  }

  private void fail(String model) {
    meters.onStart();
    meters.onEnd(
        request(model),
        null,
        new ServingException(ErrorReason.MODEL_NOT_FOUND, "none"),
        Duration.ofMillis(1));
  }

  private static InferenceRequest request(String model) {
    return new InferenceRequest(
        ModelReference.parse(model),
        "s",
        Map.of(),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }

  private static VersionStatus status(VersionState state) {
    return new VersionStatus(
        VERSION, state, Optional.empty(), "", Instant.EPOCH, new TreeMap<>(), Optional.empty(), 1);
  }
}
