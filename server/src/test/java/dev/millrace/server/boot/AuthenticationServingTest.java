package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.rpc.ErrorInfo;
import dev.millrace.server.audit.AuditFolder;
import dev.millrace.server.audit.AuditLine;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.boot.config.ConfigurationException;
import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.security.permission.Grant;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Pause;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Keys and tokens at a running server: what is answered, when it changes, and where they are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class AuthenticationServingTest {
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long BETWEEN_TRIES_NANOS = 300_000_000L;

  @TempDir private static Path folder;
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger ours = (Logger) LoggerFactory.getLogger("dev.millrace");
  private GuardedRig rig;

  @BeforeAll
  void start() throws Exception {
    logged.start();
    root.addAppender(logged);
    ours.setLevel(Level.TRACE);
    rig = GuardedRig.start(folder);
  }

  @AfterAll
  void stop() {
    rig.close();
    ours.setLevel(null);
    root.detachAppender(logged);
  }

  @Test
  void call_withoutCredentials_saysHowToSendThem() {
    StatusRuntimeException refused = refused(rig.channel);
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(refused.getStatus().getDescription()).contains("authorization: Bearer");
    assertThat(reason(refused)).isEqualTo("CREDENTIALS_MISSING");
    HttpResponse<byte[]> answer = rig.http.get("/api/v1/models");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate"))
        .hasValue("Bearer realm=\"millrace\"");
    assertThat(Http.reason(answer)).isEqualTo("CREDENTIALS_MISSING");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
  }

  @Test
  void refusal_onTheRoutesOfAnotherWire_hasItsForm() {
    String wrong = "mr_00000000_" + "A".repeat(43);
    for (String path : List.of("/v1/models/shared", "/v2/models/shared")) {
      HttpResponse<byte[]> missing = rig.http.get(path);
      assertThat(missing.statusCode()).isEqualTo(401);
      assertThat(missing.headers().firstValue("www-authenticate"))
          .hasValue("Bearer realm=\"millrace\"");
      assertThat(missing.headers().firstValue("x-request-id")).isPresent();
      assertErrorAlone(missing, "authorization: Bearer");
      HttpResponse<byte[]> invalid =
          rig.http.send(rig.http.request(path).header("x-api-key", wrong));
      assertThat(invalid.statusCode()).isEqualTo(401);
      assertThat(invalid.headers().firstValue("www-authenticate").orElseThrow())
          .contains("error=\"invalid_token\"");
      assertErrorAlone(invalid, "no API key of this server");
      HttpResponse<byte[]> foreign =
          rig.http.send(rig.http.request(path).header("origin", "https://elsewhere.example"));
      assertThat(foreign.statusCode()).isEqualTo(403);
      assertErrorAlone(foreign, "another origin");
    }
    HttpResponse<byte[]> forbidden =
        rig.http("viewer", "POST", "/v1/models/shared:predict", "{\"instances\": [[1, 2]]}");
    assertThat(forbidden.statusCode()).isEqualTo(403);
    assertErrorAlone(forbidden, "'predict'");
  }

  private static void assertErrorAlone(HttpResponse<byte[]> answer, String text) {
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/json");
    assertThat(Http.json(answer).size()).as(Http.text(answer)).isEqualTo(1);
    assertThat(Http.json(answer).path("error").asText()).contains(text);
  }

  @Test
  void call_withWrongCredentials_saysSoAndNoMore() {
    String wrong = "mr_00000000_" + "A".repeat(43);
    assertThat(reason(refused(rig.bearer(wrong)))).isEqualTo("CREDENTIALS_INVALID");
    HttpResponse<byte[]> answer =
        rig.http.send(rig.http.request("/api/v1/models").header("x-api-key", wrong));
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate").orElseThrow())
        .contains("error=\"invalid_token\"");
    assertThat(Http.text(answer)).doesNotContain(wrong);
  }

  @Test
  void call_withoutThePermission_saysWhichOneIsMissing() {
    HttpResponse<byte[]> answer =
        rig.http("viewer", "POST", "/api/v1/models/shared/versions/1:promote", "{}");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(Http.reason(answer)).isEqualTo("PERMISSION_MISSING");
    assertThat(Http.text(answer)).contains("'publish'", "'key:viewer'");
  }

  @Test
  void call_withKeyOrToken_isTakenByEachHeaderThatCarriesOne() {
    list(rig.as("viewer"));
    list(rig.with("x-api-key", rig.key("viewer")));
    list(rig.with("authorization", "bearer " + rig.key("viewer")));
    list(rig.bearer(rig.token("dora", "viewer")));
    assertThat(rig.http("viewer", "GET", "/api/v1/models", "").statusCode()).isEqualTo(200);
    assertThat(rig.http("viewer", "GET", "/v1/models/shared", "").statusCode()).isEqualTo(200);
    assertThat(rig.http("viewer", "GET", "/v2/models/shared", "").statusCode()).isEqualTo(200);
  }

  @Test
  void call_withTwoCredentials_isRefused() {
    HttpResponse<byte[]> answer =
        rig.http.send(
            rig.http
                .request("/api/v1/models")
                .header("x-api-key", rig.key("viewer"))
                .header("authorization", "Bearer " + rig.token("dora", "viewer")));
    assertThat(Http.reason(answer)).isEqualTo("CREDENTIALS_INVALID");
  }

  @Test
  void call_withAForgedToken_isRefusedOnEachWire() {
    String token = rig.token("dora", "admin");
    String[] parts = token.split("\\.");
    String none = dev.millrace.server.testing.Issuer.part("{\"alg\":\"none\"}");
    for (String forged :
        List.of(none + "." + parts[1] + ".", parts[0] + "." + parts[1] + ".AAAA", "a.b.c")) {
      assertThat(reason(refused(rig.bearer(forged)))).isEqualTo("CREDENTIALS_INVALID");
      assertThat(
              rig.http
                  .send(
                      rig.http
                          .request("/v2/models/shared")
                          .header("authorization", "Bearer " + forged))
                  .statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void keys_madeRotatedAndRevoked_holdWithoutARestart() throws Exception {
    List<Grant> roles = List.of(Grant.parse("viewer").orElseThrow());
    String first = rig.changes.create("erin", roles, Optional.empty());
    await(first, true);
    String second = rig.changes.rotate("erin", Duration.ofHours(1), Optional.empty());
    await(second, true);
    list(rig.bearer(first));
    long begun = System.nanoTime();
    rig.changes.revoke(first.substring(3, 11));
    await(first, false);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
    list(rig.bearer(second));
    rig.changes.revoke("erin");
    await(second, false);
  }

  @Test
  void denied_onEachDoor_isInTheAuditLog() throws Exception {
    awaitDenied(
        "millrace.v1.ModelService/ListModels 127.0.0.1 CREDENTIALS_MISSING",
        () -> refused(rig.channel));
    awaitDenied(
        "http:/api/v1/models/shared 127.0.0.1 CREDENTIALS_MISSING",
        () -> rig.http.get("/api/v1/models/shared"));
    awaitDenied(
        "millrace.v1.ModelService/Promote key:viewer PERMISSION_MISSING",
        () -> rig.http("viewer", "POST", "/api/v1/models/shared/versions/1:promote", "{}"));
  }

  /** Tries it until there is a line: only so many refusals a second are written, of all tests. */
  private static void awaitDenied(String wanted, Runnable attempt) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!denied().contains(wanted)) {
      assertThat(System.nanoTime()).as("%s in %s", wanted, denied()).isLessThan(end);
      attempt.run();
      LockSupport.parkNanos(BETWEEN_TRIES_NANOS);
    }
  }

  private static List<String> denied() throws IOException {
    return AuditFolder.of(folder.resolve("state")).lines().stream()
        .flatMap(line -> line.line().stream())
        .map(AuditLine::entry)
        .filter(entry -> entry.decision() == Decision.DENIED)
        .map(entry -> entry.action() + " " + entry.caller() + " " + entry.reason())
        .toList();
  }

  @Test
  void secrets_afterAllOfThis_areInNoLogAndNoFile() throws IOException {
    String token = rig.token("dora", "viewer");
    list(rig.bearer(token));
    list(rig.as("viewer"));
    refused(rig.bearer(rig.key("viewer") + "x"));
    rig.http.get("/api/v1/models?key=" + rig.key("viewer"));
    List<String> secrets = new ArrayList<>(List.of(token));
    rig.keys().forEach(key -> secrets.add(key.substring("mr_12345678_".length())));
    for (ILoggingEvent event : events()) {
      String line = event.getFormattedMessage() + event.getThrowableProxy();
      assertThat(line).doesNotContain(secrets);
    }
    assertThat(events()).isNotEmpty();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(secrets).as(file.toString()).noneMatch(content::contains);
      }
    }
  }

  @Test
  void start_beyondThisMachineWithoutAuthentication_isRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> start(empty, Map.of(ServeOption.HOST, "0.0.0.0")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("millrace keys create");
    assertThatThrownBy(
            () -> start(empty, Map.of(ServeOption.JWT_ISSUER, "https://issuer.example.org")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("belong together");
  }

  @Test
  void start_beyondThisMachine_insecureIsSaidAloud_andRequiredNeedsNoKey(@TempDir Path empty)
      throws Exception {
    try (MillraceServer open =
        start(empty, Map.of(ServeOption.HOST, "0.0.0.0", ServeOption.INSECURE, "true"))) {
      assertThat(open.port()).isPositive();
    }
    assertThat(events())
        .anyMatch(
            event ->
                event.getLevel() == Level.WARN
                    && event.getFormattedMessage().startsWith("INSECURE"));
    try (MillraceServer closed =
        start(empty, Map.of(ServeOption.HOST, "0.0.0.0", ServeOption.AUTH, "required"))) {
      HttpResponse<byte[]> answer = new Http(closed.httpPort().orElseThrow()).get("/api/v1/models");
      assertThat(answer.statusCode()).isEqualTo(401);
    }
  }

  private List<ILoggingEvent> events() {
    // An appender appends under its own monitor.
    synchronized (logged) {
      return List.copyOf(logged.list);
    }
  }

  private static MillraceServer start(Path folder, Map<ServeOption, String> more)
      throws IOException {
    Map<ServeOption, String> options = new java.util.EnumMap<>(more);
    options.put(ServeOption.REPOSITORY, folder.resolve("models").toString());
    options.put(ServeOption.DATA_DIR, folder.resolve("state").toString());
    options.put(ServeOption.PORT, "0");
    options.put(ServeOption.HTTP_PORT, "0");
    options.put(ServeOption.MANAGEMENT_PORT, "0");
    return MillraceServer.start(OptionSources.merge(options, Map.of(), ""));
  }

  private void await(String key, boolean wanted) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (isTaken(key) != wanted) {
      assertThat(System.nanoTime()).as("the server follows in time").isLessThan(end);
      Pause.brief();
    }
  }

  private boolean isTaken(String key) {
    try {
      list(rig.bearer(key));
      return true;
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      return false;
    }
  }

  private static void list(Channel channel) {
    ModelServiceGrpc.newBlockingStub(channel).listModels(ListModelsRequest.getDefaultInstance());
  }

  private static StatusRuntimeException refused(Channel channel) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> list(channel));
  }

  private static String reason(StatusRuntimeException error) {
    try {
      return StatusProto.fromThrowable(error).getDetails(0).unpack(ErrorInfo.class).getReason();
    } catch (IOException otherDetail) {
      throw new AssertionError(otherDetail);
    }
  }
}
