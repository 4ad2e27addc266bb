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
import dev.millrace.server.model.Signature;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RequestMetersTest {
  private static final VersionId VERSION = new VersionId(new ModelName("mnist"), 1);

  private static final TreeMap<String, Signature> SIGNATURES =
      new TreeMap<>(Map.of("s", new Signature(new TreeMap<>(), new TreeMap<>())));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final RequestMeters meters = new RequestMeters(registry);

  @BeforeEach
  void versionIsKnown() {
    meters.onChange(status(VersionState.AVAILABLE));
  }

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
  void onEnd_failureOfALeasedRequest_isCountedUnderVersionSignatureAndReason() {
    fail("mnist", new ServingException(ErrorReason.SHAPE_MISMATCH, "no").of(VERSION));
    assertThat(count("version", "1", "signature", "s", "code", "SHAPE_MISMATCH")).isEqualTo(1);
    fail("mnist", new ServingException(ErrorReason.OVERLOADED, "full"));
    assertThat(count("model", "mnist", "version", "none", "code", "OVERLOADED")).isEqualTo(1);
  }

  @Test
  void onEnd_failureOfAStage_isCountedByItsCause() {
    fail(
        "mnist",
        new CompletionException(new ServingException(ErrorReason.DEADLINE_EXPIRED, "late")));
    assertThat(count("code", "DEADLINE_EXPIRED")).isEqualTo(1);
    fail("mnist", new CompletionException(new IllegalStateException()));
    assertThat(count("code", "INTERNAL")).isEqualTo(1);
  }

  @Test
  void onEnd_signatureThatAClientMadeUp_isNotShown() {
    for (int i = 0; i < 100; i++) {
      meters.onStart();
      meters.onEnd(
          request("mnist", "made-up-" + i),
          null,
          new ServingException(ErrorReason.SIGNATURE_NOT_FOUND, "none").of(VERSION),
          Duration.ofMillis(1));
    }
    assertThat(count("version", "1", "signature", "none", "code", "SIGNATURE_NOT_FOUND"))
        .isEqualTo(100);
    assertThat(registry.find("millrace.requests").timers()).hasSize(1);
  }

  @Test
  void onEnd_requestEndsAfterItsVersionWasReleased_bringsNoSeriesBack() {
    answer();
    meters.onChange(status(VersionState.RELEASED));
    answer();
    assertThat(registry.find("millrace.requests").tag("version", "1").timers()).isEmpty();
    assertThat(registry.find("millrace.requests").tag("model", "mnist").timers()).isEmpty();
    assertThat(count("model", "unknown", "code", "OK")).isEqualTo(1);
  }

  @Test
  void onEnd_requestsRaceWithReleases_leaveNoSeriesBehind() throws InterruptedException {
    Thread caller =
        new Thread(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                answer();
              }
            });
    caller.start();
    for (int i = 0; i < 500; i++) {
      meters.onChange(status(VersionState.RELEASED));
      meters.onChange(status(VersionState.AVAILABLE));
    }
    meters.onChange(status(VersionState.RELEASED));
    caller.join();
    assertThat(registry.find("millrace.requests").tag("version", "1").timers()).isEmpty();
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
        request("mnist", "s"),
        new InferenceResponse(VERSION, "s", Map.of()),
        null,
        Duration.ofMillis(1));
  }

  private void fail(String model) {
    fail(model, new ServingException(ErrorReason.MODEL_NOT_FOUND, "none"));
  }

  private void fail(String model, Throwable failure) {
    meters.onStart();
    meters.onEnd(request(model, "s"), null, failure, Duration.ofMillis(1));
  }

  private long count(String... tags) {
    return registry.get("millrace.requests").tags(tags).timer().count();
  }

  private static InferenceRequest request(String model, String signature) {
    return new InferenceRequest(
        ModelReference.parse(model),
        signature,
        Map.of(),
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }

  private static VersionStatus status(VersionState state) {
    return new VersionStatus(
        VERSION, state, Optional.empty(), "", Instant.EPOCH, SIGNATURES, Optional.empty(), 1);
  }
}
