package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.security.permission.HttpTable;
import dev.millrace.server.security.permission.PermissionTable;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.RawCall;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.RecipeServiceGrpc;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call and every route of a real server without credentials, with wrong ones, and with those
 * of somebody who may do nothing: none is forgotten, however it is written.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class EveryCallTest {
  private static final Set<String> PUBLIC_CALLS =
      Set.of(
          "grpc.health.v1.Health/Check",
          "grpc.health.v1.Health/Watch",
          "inference.GRPCInferenceService/ServerLive",
          "inference.GRPCInferenceService/ServerReady");
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          InferenceServiceGrpc.getServiceDescriptor(),
          ModelServiceGrpc.getServiceDescriptor(),
          TrainingServiceGrpc.getServiceDescriptor(),
          EvaluationServiceGrpc.getServiceDescriptor(),
          DatasetServiceGrpc.getServiceDescriptor(),
          RecipeServiceGrpc.getServiceDescriptor(),
          GateServiceGrpc.getServiceDescriptor(),
          FeedbackServiceGrpc.getServiceDescriptor(),
          UsageServiceGrpc.getServiceDescriptor(),
          GRPCInferenceServiceGrpc.getServiceDescriptor(),
          PredictionServiceGrpc.getServiceDescriptor(),
          dev.millrace.proto.tfserving.ModelServiceGrpc.getServiceDescriptor(),
          HealthGrpc.getServiceDescriptor(),
          ServerReflectionGrpc.getServiceDescriptor(),
          io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor());
  private static final List<String> VERBS =
      List.of("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH");
  private static final String WRONG = "mr_00000000_" + "A".repeat(43);

  @TempDir private static Path folder;
  private GuardedRig rig;

  @BeforeAll
  void start() throws Exception {
    rig = GuardedRig.start(folder);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void calls_ofTheServer_haveAnEntryEach() throws Exception {
    Set<String> served = new TreeSet<>();
    served(rig.as("admin")).forEach(served::add);
    assertThat(SERVICES).extracting(ServiceDescriptor::getName).containsAll(served);
    Set<String> entries = PermissionTable.standard().rules().keySet();
    assertThat(methods().map(MethodDescriptor::getFullMethodName).toList())
        .containsExactlyInAnyOrderElementsOf(entries);
  }

  @Test
  void calls_withoutCredentials_areRefusedButForThePublicOnes() {
    methods().forEach(method -> refused(rig.channel, method, Status.Code.UNAUTHENTICATED));
  }

  @Test
  void calls_withCredentialsOfNobody_areRefusedButForThePublicOnes() {
    List<Channel> wrong =
        List.of(
            rig.bearer(WRONG),
            rig.bearer("x"),
            rig.with("authorization", rig.key("admin")),
            rig.with("authorization", "Basic YWRtaW46YWRtaW4="),
            rig.with("x-api-key", WRONG));
    methods()
        .forEach(
            method -> wrong.forEach(each -> refused(each, method, Status.Code.UNAUTHENTICATED)));
  }

  @Test
  void calls_ofSomebodyWhoMayDoNothing_areRefused() {
    Set<String> forAnybody =
        Set.of(
            "inference.GRPCInferenceService/ServerMetadata",
            "millrace.v1.RecipeService/ListRecipes",
            "millrace.v1.UsageService/GetUsage",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    String nothing = rig.token("carol");
    methods()
        .filter(method -> !forAnybody.contains(method.getFullMethodName()))
        .forEach(method -> refused(rig.bearer(nothing), method, Status.Code.PERMISSION_DENIED));
  }

  @Test
  void callsOverHttp_withoutCredentials_areRefused() {
    methods()
        .filter(method -> rig.server.routes().containsKey("/" + method.getFullMethodName()))
        .filter(method -> !PUBLIC_CALLS.contains(method.getFullMethodName()))
        .forEach(
            method -> {
              for (String type : List.of("application/grpc-web+proto", "application/grpc+proto")) {
                HttpResponse<byte[]> answer =
                    rig.http.send(
                        rig.http
                            .request("/" + method.getFullMethodName())
                            .header("content-type", type)
                            .header("millrace-caller-bin", "YWRtaW4")
                            .POST(BodyPublishers.ofByteArray(new byte[5])));
                assertThat(answer.headers().firstValue("grpc-status"))
                    .as(method.getFullMethodName())
                    .hasValue("16");
                assertThat(answer.body()).isEmpty();
              }
            });
  }

  @Test
  void routes_ofTheServer_haveAnEntryEach() {
    HttpTable table = new HttpTable(PermissionTable.standard());
    Set<String> routes = rig.server.routes().keySet();
    assertThat(routes).contains("/", "/api/v1/*", "/millrace.v1.InferenceService/Predict");
    routes.stream()
        .filter(route -> !route.isEmpty())
        .forEach(route -> assertThat(table.rule(route)).as(route).isNotNull());
    assertThat(routes).containsAll(table.routes().keySet());
  }

  @Test
  void routes_withoutCredentials_areRefusedHoweverTheyAreWritten() {
    HttpTable table = new HttpTable(PermissionTable.standard());
    List<String> paths = paths();
    assertThat(paths).hasSizeGreaterThan(60);
    for (String path : paths) {
      for (String written : variants(path)) {
        for (String verb : written.equals(path) ? VERBS : VERBS.subList(0, 2)) {
          HttpResponse<byte[]> answer =
              rig.http.send(rig.http.request(written).method(verb, BodyPublishers.noBody()));
          assertThat(answer.statusCode()).as(verb + " " + written).isIn(400, 401);
          if (answer.statusCode() == 401) {
            assertThat(answer.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("Bearer"));
          }
        }
      }
    }
    assertThat(table.isPublic("/api/v1/*", "/api/v1/models")).isFalse();
  }

  @Test
  void routes_withAKeyInTheQuery_areRefused() {
    String key = rig.key("admin");
    for (String name : List.of("key", "api_key", "access_token", "authorization", "x-api-key")) {
      assertThat(rig.http.get("/api/v1/models?" + name + "=" + key).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void publicRoutes_withoutCredentials_areAnswered() {
    for (String path :
        List.of("/", "/healthz/live", "/healthz/ready", "/api", "/api/v1/openapi.json")) {
      assertThat(rig.http.get(path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(rig.http.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(rig.http.get("/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(rig.management.get("/healthz/live").statusCode()).isEqualTo(200);
  }

  @Test
  void managementPort_withoutCredentials_hasHealthAlone() {
    // What is no path for its HTTP server, such as //metrics, gets no further than that.
    for (String path : List.of("/metrics", "/metrics/", "/%6detrics", "/x", "/", "/healthz/../x")) {
      HttpResponse<byte[]> answer = rig.management.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(401);
      assertThat(Http.text(answer)).doesNotContain("millrace_");
    }
    assertThat(metrics("a")).isEqualTo(403);
    assertThat(metrics("viewer")).isEqualTo(200);
  }

  private int metrics(String caller) {
    return rig.management
        .send(
            rig.management.request("/metrics").header("authorization", "Bearer " + rig.key(caller)))
        .statusCode();
  }

  /** Each path of the API's document, and what the other wires have. */
  private List<String> paths() {
    List<String> paths = new ArrayList<>();
    JsonNode documented = Http.json(rig.http.get("/api/v1/openapi.json")).get("paths");
    for (Iterator<String> each = documented.fieldNames(); each.hasNext(); ) {
      paths.add(each.next().replaceAll("\\{[a-z_]*}", "1"));
    }
    paths.removeIf(path -> new HttpTable(PermissionTable.standard()).isPublic(path, path));
    paths.add("/monitoring/prometheus/metrics");
    paths.add("/api/v1/nothing");
    paths.add("/nothing");
    for (String model : List.of("team-a-doubling", "nobody")) {
      paths.add("/v1/models/" + model);
      paths.add("/v1/models/" + model + "/metadata");
      paths.add("/v1/models/" + model + ":predict");
      paths.add("/V1/models/" + model + "/versions/1:classify");
      paths.add("/v2/models/" + model);
      paths.add("/v2/models/" + model + "/ready");
      paths.add("/v2/models/" + model + "/infer");
    }
    paths.addAll(
        List.of("/v2", "/v2/models/stats", "/v2/repository/index", "/v2/health/live/../../models"));
    methods()
        .map(MethodDescriptor::getFullMethodName)
        .filter(method -> rig.server.routes().containsKey("/" + method))
        .filter(method -> !PUBLIC_CALLS.contains(method))
        .forEach(method -> paths.add("/" + method));
    return paths;
  }

  private static List<String> variants(String path) {
    String rest = path.substring(1);
    return List.of(
        path,
        path + "/",
        "//" + rest,
        "/%2e/" + rest,
        "/healthz/%2e%2e/" + rest,
        "/healthz/..;/" + rest,
        path + ";x",
        path + "%00",
        path + "?x=/healthz/live");
  }

  private void refused(Channel channel, MethodDescriptor<?, ?> method, Status.Code code) {
    if (PUBLIC_CALLS.contains(method.getFullMethodName())) {
      return;
    }
    CompletableFuture<Status> ended = new CompletableFuture<>();
    RawCall.send(
        channel,
        RawCall.onBytes(method),
        new Metadata(),
        List.of(new byte[0]),
        TimeUnit.SECONDS.toMicros(20),
        (status, trailers, answers) ->
            ended.complete(answers.isEmpty() ? status : Status.OK.withDescription("answered")));
    assertThat(ended.orTimeout(30, TimeUnit.SECONDS).join().getCode())
        .as(method.getFullMethodName())
        .isEqualTo(code);
  }

  private static Stream<MethodDescriptor<?, ?>> methods() {
    return SERVICES.stream().flatMap(service -> service.getMethods().stream());
  }

  private static List<String> served(Channel channel) throws Exception {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse answer) {
                    names.complete(
                        answer.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .toList());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    names.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    // The answer has come.
                  }
                });
    asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    asking.onCompleted();
    return names.get(20, TimeUnit.SECONDS);
  }
}
