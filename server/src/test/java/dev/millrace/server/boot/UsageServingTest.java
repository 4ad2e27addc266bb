package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.InferTensorContents;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Scrape;
import dev.millrace.server.testing.SmallModels;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.GetUsageRequest;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.Usage;
import dev.millrace.v1.UsageDimension;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Quotas, usage and budgets against a whole server, over each wire. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class UsageServingTest {
  private static final String CALLER = "127.0.0.1";
  private static final String NATIVE =
      """
      {"inputs": {"x": {"dtype": "DATA_TYPE_FLOAT32", "shape": [1, 2], "floats": [1, 2]}}}\
      """;
  private static final String KSERVE =
      """
      {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}]}\
      """;
  private static final String TF_SERVING =
      """
      {"instances": [[1, 2]]}\
      """;

  private Path folder;
  private Path quotas;
  private LifeRig rig;
  private Http http;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    quotas = folder.resolve("quotas.yaml");
    Files.writeString(quotas, "");
    for (String model : List.of("limited", "counted", "cached", "costly")) {
      SmallModels.doubling(folder.resolve("models").resolve(model).resolve("1"));
    }
    Files.writeString(folder.resolve("models/cached/millrace.yaml"), "cache: {max-size: 1MiB}");
    open();
  }

  private void open() throws IOException {
    rig = LifeRig.start(folder, Map.of(ServeOption.QUOTAS, quotas.toString()));
    http = new Http(rig.server.httpPort().getAsInt());
    for (String model : List.of("limited", "counted", "cached", "costly")) {
      rig.awaitAvailable(model, 1);
    }
  }

  @AfterEach
  void letEverythingIn() throws IOException {
    allow("");
    // With the first call under other terms, what was used up under the old ones is forgotten.
    rig.states("limited");
  }

  @AfterAll
  void stop() {
    assertThat(rig.server.openTensors()).isZero();
    rig.close();
  }

  @Test
  void call_requestsAreUsedUp_isRefusedOverGrpcAndLetInAfterTheTimeThatItTells()
      throws IOException {
    allow("default: {requests: {rate: 2/s, burst: 2}}");
    StatusRuntimeException refused = refusalOf(() -> ask("limited"));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(LifeRig.reason(refused)).isEqualTo("QUOTA_EXCEEDED");
    QuotaFailure.Violation violation = detail(refused, QuotaFailure.class).getViolations(0);
    assertThat(violation.getQuotaMetric()).isEqualTo("millrace.dev/requests");
    assertThat(violation.getDescription()).contains("2 a second, 2 at once");
    assertThat(refused.getMessage()).doesNotContain(CALLER);
    Duration retry = detail(refused, RetryInfo.class).getRetryDelay();
    assertThat(retry.getSeconds()).isZero();
    assertThat(retry.getNanos()).isBetween(1, 500_000_000);
    LifeRig.await(() -> isAnswered(() -> ask("limited")), () -> "still refused");
    assertThat(scrape("millrace_quota_refused_total", "quota=\"requests\"")).isPositive();
    assertThat(scrape("millrace_quota_callers")).isEqualTo(1);
  }

  @Test
  void call_requestsAreUsedUp_isRefusedOverEachWireOfHttpAndLetInAgain() throws IOException {
    allow("default: {requests: {rate: 2/s, burst: 2}}");
    for (Supplier<HttpResponse<byte[]>> wire : wires("limited")) {
      LifeRig.await(() -> wire.get().statusCode() == 200, () -> "refused from the start");
      HttpResponse<byte[]> answer = wire.get();
      for (int i = 0; i < 50 && answer.statusCode() == 200; i++) {
        answer = wire.get();
      }
      assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(429);
      assertThat(answer.headers().firstValue("retry-after")).contains("1");
      assertThat(Http.text(answer)).contains("the quota of requests is used up");
      assertThat(Http.json(answer).has("error"))
          .as("the form of this wire")
          .isNotEqualTo(answer.uri().getPath().startsWith("/api/"));
      LifeRig.await(() -> wire.get().statusCode() == 200, () -> "still refused");
    }
  }

  @Test
  void call_requestsAreUsedUp_isRefusedOverTheOtherWiresOfGrpc() throws IOException {
    allow("default: {requests: {rate: 1/s, burst: 1}}");
    GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub kserve =
        GRPCInferenceServiceGrpc.newBlockingStub(rig.channel());
    StatusRuntimeException refused = refusalOf(() -> kserve.modelInfer(infer()));
    assertThat(LifeRig.reason(refused)).isEqualTo("QUOTA_EXCEEDED");
    Asker asker = new Asker();
    asker.stream = GRPCInferenceServiceGrpc.newStub(rig.channel()).modelStreamInfer(asker);
    asker.stream.onNext(infer());
    assertThat(asker.closed.join().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void call_streamOfPredictions_countsEachOfItsMessages() throws IOException {
    allow("default: {requests: {rate: 1/d, burst: 3}}");
    Asker asker = new Asker();
    asker.stream = GRPCInferenceServiceGrpc.newStub(rig.channel()).modelStreamInfer(asker);
    asker.stream.onNext(infer());
    assertThat(asker.closed.join().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(asker.answers).isEqualTo(3);
  }

  /** Asks again as soon as it is answered. */
  private static final class Asker implements StreamObserver<ModelStreamInferResponse> {
    private final CompletableFuture<Status> closed = new CompletableFuture<>();
    private volatile StreamObserver<ModelInferRequest> stream;
    private volatile int answers;

    @Override
    public void onNext(ModelStreamInferResponse answer) {
      answers++;
      stream.onNext(infer());
    }

    @Override
    public void onError(Throwable failure) {
      closed.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      closed.complete(Status.OK);
    }
  }

  @Test
  void call_compressedBytesAreOwed_isRefusedUntilTheyArePaidOff() throws IOException {
    allow("default: {bytes: {rate: 1000/s, burst: 1000}}");
    PredictRequest large =
        PredictRequest.newBuilder()
            .setModel("limited")
            .putInputs("x", DoorRig.floats(new long[] {1000, 2}, new float[2000]))
            .build();
    InferenceServiceGrpc.InferenceServiceBlockingStub stub =
        InferenceServiceGrpc.newBlockingStub(rig.channel()).withCompression("gzip");
    assertThat(stub.predict(large).getOutputsOrThrow("y").getShape(0)).isEqualTo(1000);
    StatusRuntimeException refused = refusalOf(() -> stub.predict(large));
    assertThat(detail(refused, QuotaFailure.class).getViolations(0).getQuotaMetric())
        .isEqualTo("millrace.dev/bytes");
    // 8000 bytes of the question, and as many of the answer, at a thousand a second.
    assertThat(detail(refused, RetryInfo.class).getRetryDelay().getSeconds()).isBetween(13L, 16L);
  }

  @Test
  void call_computeTimeIsOwed_refusesPredictionsAndNotQuestions() throws IOException {
    allow("default: {compute-milliseconds: {rate: 1/h, burst: 1}}");
    StatusRuntimeException refused = refusalOf(() -> ask("limited"));
    assertThat(detail(refused, QuotaFailure.class).getViolations(0).getQuotaMetric())
        .isEqualTo("millrace.dev/compute-milliseconds");
    assertThat(rig.states("limited")).containsEntry(1L, "AVAILABLE");
  }

  @Test
  void getUsage_afterCallsOverEachWire_isWhatWasCalledAlsoAfterARestart() throws IOException {
    for (int i = 0; i < 3; i++) {
      ask("counted", 2);
    }
    for (Supplier<HttpResponse<byte[]>> wire : wires("counted")) {
      assertThat(wire.get().statusCode()).isEqualTo(200);
      assertThat(wire.get().statusCode()).isEqualTo(200);
    }
    assertThat(isAnswered(() -> rig.ask("counted/none"))).isFalse();
    assertThat(http.send("POST", "/api/v1/models/counted:predict", "{}").statusCode())
        .isEqualTo(400);
    Usage used = usage("counted");
    assertThat(used.getCaller()).isEqualTo(CALLER);
    assertThat(used.getVersion()).isEqualTo(1);
    assertThat(used.getRequests()).isEqualTo(3 + 2 * 3);
    assertThat(used.getExamples()).isEqualTo(3 * 2 + 2 * 3);
    assertThat(used.getBytesIn()).isEqualTo(8 * (3 * 2 + 2 * 3));
    assertThat(used.getBytesOut()).isEqualTo(8 * (3 * 2 + 2 * 3));
    assertThat(nanos(used.getComputeTime())).isPositive();
    assertThat(used.hasTrainingTime()).isTrue();
    assertThat(nanos(used.getTrainingTime())).isZero();
    rig.close();
    open();
    assertThat(usage("counted")).isEqualTo(used);
    ask("counted", 2);
    assertThat(usage("counted").getRequests()).isEqualTo(used.getRequests() + 1);
  }

  @Test
  void getUsage_equalRequestsToACachedModel_tellsWhatWasSaved() {
    for (int i = 0; i < 4; i++) {
      ask("cached");
    }
    Usage used = usage("cached");
    assertThat(used.getRequests()).isEqualTo(4);
    assertThat(nanos(used.getSavedTime())).isPositive();
  }

  @Test
  void getUsage_wrongQuestions_sayWhatIsWrong() {
    assertThat(Http.reason(http.get("/api/v1/usage?groupBy=USAGE_DIMENSION_UNSPECIFIED")))
        .isEqualTo("PARAMETER_INVALID");
    assertThat(Http.reason(http.get("/api/v1/usage?groupBy=nonsense")))
        .isEqualTo("REQUEST_MALFORMED");
    assertThat(Http.reason(http.get("/api/v1/usage?startTime=1969-12-31T23:00:00Z")))
        .isEqualTo("PARAMETER_INVALID");
    assertThat(Http.reason(http.get("/api/v1/usage?startTime=yesterday")))
        .isEqualTo("REQUEST_MALFORMED");
    assertThat(Http.reason(http.get("/api/v1/usage?pageSize=5000"))).isEqualTo("PAGE_SIZE_INVALID");
    for (String token : List.of("x", "YWZ0ZXI6eA", "YWZ0ZXI6YTpiOmM6ZA")) {
      assertThat(Http.reason(http.get("/api/v1/usage?pageToken=" + token)))
          .isEqualTo("PAGE_TOKEN_INVALID");
    }
    assertThat(Http.reason(http.get("/api/v1/usage?model=NO!"))).isEqualTo("NAME_INVALID");
  }

  @Test
  void getUsage_spanWithoutUse_isEmpty() {
    ask("limited");
    assertThat(
            Http.text(
                http.get(
                    "/api/v1/usage?startTime=2020-01-01T00:00:00Z&endTime=2020-02-01T00:00:00Z")))
        .isEqualTo("{}\n");
  }

  @Test
  void getUsage_asATable_hasEachPage() {
    ask("limited");
    ask("costly");
    String path = "/api/v1/usage?groupBy=USAGE_DIMENSION_MODEL&pageSize=1";
    HttpResponse<byte[]> first = http.send(http.request(path).header("accept", "text/csv"));
    assertThat(first.headers().firstValue("content-type")).contains("text/csv; charset=utf-8");
    assertThat(Http.text(first).lines().toList()).hasSize(2);
    assertThat(Http.text(first).lines().findFirst().orElseThrow())
        .isEqualTo(
            "time,caller,model,version,requests,examples,bytes_in,bytes_out,compute_seconds,"
                + "training_seconds,saved_seconds,cost,currency");
    assertThat(Http.text(first)).contains("\r\n,,models/");
    String token = first.headers().firstValue("millrace-next-page-token").orElseThrow();
    assertThat(
            Http.text(
                http.send(http.request(path + "&pageToken=" + token).header("accept", "text/csv"))))
        .contains("\r\n,,models/")
        .isNotEqualTo(Http.text(first));
    assertThat(Http.text(http.send(http.request(path).header("accept", "*/*")))).startsWith("{");
  }

  @Test
  void call_budgetIsSpent_isRefusedUntilItIsRaised() throws IOException {
    String form =
        """
        prices: {currency: EUR, million-requests: 1000000}
        callers: [{caller: 127.0.0.1, budget: {month: %s, warn-at: 0.5}}]
        """;
    allow(form.formatted("1000000"));
    ask("costly");
    double before = response("costly").getBudgets(0).getSpent();
    allow(form.formatted(before + 2));
    ask("costly");
    ask("costly");
    StatusRuntimeException refused = refusalOf(() -> ask("costly"));
    assertThat(LifeRig.reason(refused)).isEqualTo("BUDGET_SPENT");
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(detail(refused, RetryInfo.class).getRetryDelay().getSeconds()).isPositive();
    for (Supplier<HttpResponse<byte[]>> wire : wires("costly")) {
      HttpResponse<byte[]> answer = wire.get();
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
    }
    assertThat(
            LifeRig.reason(
                refusalOf(
                    () ->
                        TrainingServiceGrpc.newBlockingStub(rig.channel())
                            .createTrainingJob(CreateTrainingJobRequest.getDefaultInstance()))))
        .isEqualTo("BUDGET_SPENT");
    GetUsageResponse told = response("costly");
    assertThat(told.getCurrency()).isEqualTo("EUR");
    assertThat(told.getBudgets(0).getExhausted()).isTrue();
    assertThat(told.getBudgets(0).getWarned()).isTrue();
    assertThat(told.getUsage(0).getCost()).isEqualTo(told.getUsage(0).getRequests());
    assertThat(scrape("millrace_budget_spent_ratio", "caller=\"127.0.0.1\"")).isEqualTo(1);
    assertThat(scrape("millrace_quota_refused_total", "quota=\"budget\"")).isPositive();
    allow(form.formatted(before + 3));
    ask("costly");
    allow("");
    assertThat(scrape("millrace_budget_spent_ratio")).isZero();
  }

  @Test
  void file_thatIsBroken_keepsTheQuotasThatItHad() throws IOException {
    allow("default: {requests: {rate: 1/d, burst: 1}}");
    refusalOf(() -> ask("limited"));
    allow("default: {requests: 7}");
    refusalOf(() -> ask("limited"));
  }

  @Test
  void createTrainingJob_ofACaller_remembersWhose() {
    String name =
        TrainingServiceGrpc.newBlockingStub(rig.channel())
            .createTrainingJob(CreateTrainingJobRequest.getDefaultInstance())
            .getTrainingJob()
            .getName();
    String id = name.substring(name.indexOf('/') + 1);
    assertThat(rig.server.jobs().get(id).record().caller()).isEqualTo(CALLER);
    rig.server.jobs().cancel(id, "");
  }

  private void allow(String terms) throws IOException {
    Files.writeString(quotas, terms);
    rig.server.usage().look();
  }

  private void ask(String model) {
    ask(model, 1);
  }

  private void ask(String model, int rows) {
    InferenceServiceGrpc.newBlockingStub(rig.channel())
        .predict(
            PredictRequest.newBuilder()
                .setModel(model)
                .putInputs("x", DoorRig.floats(new long[] {rows, 2}, new float[2 * rows]))
                .build());
  }

  private static ModelInferRequest infer() {
    return ModelInferRequest.newBuilder()
        .setModelName("limited")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .addShape(2)
                .setContents(
                    InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2)))
        .build();
  }

  private List<Supplier<HttpResponse<byte[]>>> wires(String model) {
    return List.of(
        () -> http.send("POST", "/api/v1/models/" + model + ":predict", NATIVE),
        () -> http.send("POST", "/v2/models/" + model + "/infer", KSERVE),
        () -> http.send("POST", "/v1/models/" + model + ":predict", TF_SERVING));
  }

  private static StatusRuntimeException refusalOf(Runnable call) {
    for (int i = 0; i < 500; i++) {
      StatusRuntimeException refused =
          catchThrowableOfType(StatusRuntimeException.class, call::run);
      if (refused != null) {
        return refused;
      }
    }
    throw new AssertionError("it is never refused");
  }

  private static boolean isAnswered(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run) == null;
  }

  private GetUsageResponse response(String model) {
    return UsageServiceGrpc.newBlockingStub(rig.channel())
        .getUsage(
            GetUsageRequest.newBuilder()
                .setModel(model)
                .addGroupBy(UsageDimension.USAGE_DIMENSION_CALLER)
                .addGroupBy(UsageDimension.USAGE_DIMENSION_VERSION)
                .build());
  }

  private Usage usage(String model) {
    GetUsageResponse response = response(model);
    assertThat(response.getUsageList()).as(model).hasSize(1);
    return response.getUsage(0);
  }

  private double scrape(String name, String... tags) {
    return new Scrape("127.0.0.1:" + rig.server.managementPort()).value(name, tags);
  }

  private static long nanos(Duration time) {
    return time.getSeconds() * 1_000_000_000 + time.getNanos();
  }

  private static <M extends Message> M detail(StatusRuntimeException error, Class<M> type) {
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException malformed) {
          throw new CompletionException(malformed);
        }
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + error);
  }
}
