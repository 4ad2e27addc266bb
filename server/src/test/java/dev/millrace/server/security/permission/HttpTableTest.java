package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is let in by the pattern of a route, and not by the words of a path. */
final class HttpTableTest {
  private static final String METRICS = "/monitoring/prometheus/metrics";
  private static final Caller NOBODY = new Caller("10.0.0.1");

  private final HttpTable table = new HttpTable(PermissionTable.standard());

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/console/*, /console/app.js",
    "/api/v1/openapi.json, /api/v1/openapi.json",
    "^/v2(?:/.*)?$, /v2/health/live",
    "^/v2(?:/.*)?$, /v2/health/ready",
    "/inference.GRPCInferenceService/ServerLive, /inference.GRPCInferenceService/ServerLive"
  })
  void enter_publicRoute_letsAnybodyIn(String pattern, String path) {
    assertThat(table.isPublic(pattern, path)).isTrue();
    table.enter(pattern, path, NOBODY);
  }

  @ParameterizedTest
  @CsvSource({
    "^/v2(?:/.*)?$, /v2/models/m/infer",
    "^/v2(?:/.*)?$, /v2/health/live/",
    "/api/v1/*, /console/",
    "'', /console/x",
    "/millrace.v1.InferenceService/Predict, /millrace.v1.InferenceService/Predict",
    "/monitoring/prometheus/metrics, /healthz/live"
  })
  void enter_anyOtherRoute_wantsToKnowWhoAsks(String pattern, String path) {
    assertThat(table.isPublic(pattern, path)).isFalse();
    assertRefused(pattern, path, NOBODY, ErrorReason.CREDENTIALS_MISSING);
  }

  @Test
  void enter_routeOfACall_needsWhatTheCallDoes() {
    String predict = "/millrace.v1.InferenceService/Predict";
    assertRefused(predict, predict, caller("viewer"), ErrorReason.PERMISSION_MISSING);
    table.enter(predict, predict, caller("predictor:x"));
    assertRefused(METRICS, METRICS, caller("viewer:x"), ErrorReason.PERMISSION_MISSING);
    table.enter(METRICS, METRICS, caller("viewer"));
  }

  /** A known caller may be told that there is no such route; an unknown pattern is a defect. */
  @Test
  void enter_noRoute_isToldToKnownCallersAlone() {
    table.enter("", "/nothing", caller("viewer"));
    table.enter("/api/v1/*", "/api/v1/models", caller());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/forgotten", "forgotten", "millrace.v1.InferenceService/Predict"})
  void enter_routeWithoutAnEntry_isRefusedToEverybody(String pattern) {
    assertThat(table.rule(pattern)).isNull();
    assertRefused(pattern, "/x", caller("admin"), ErrorReason.PERMISSION_MISSING);
  }

  private void assertRefused(String pattern, String path, Caller caller, ErrorReason reason) {
    assertThatThrownBy(() -> table.enter(pattern, path, caller))
        .isInstanceOfSatisfying(
            ServingException.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static Caller caller(String... grants) {
    return new Caller(
        "key:test",
        new Grants(Arrays.stream(grants).map(Grant::parse).map(Optional::orElseThrow).toList()));
  }
}
