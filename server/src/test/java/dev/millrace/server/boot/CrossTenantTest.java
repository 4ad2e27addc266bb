package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.server.testing.Http;
import dev.millrace.v1.CancelEvaluationRequest;
import dev.millrace.v1.CreateTrainingJobRequest;
import dev.millrace.v1.DataType;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.EvaluateRequest;
import dev.millrace.v1.Evaluation;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.EvaluationSpec;
import dev.millrace.v1.GetDatasetRequest;
import dev.millrace.v1.GetEvaluationRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ListDatasetsRequest;
import dev.millrace.v1.ListEvaluationsRequest;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.Tensor;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two tenants of one server: what is one's is not there for the other, on any wire. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
final class CrossTenantTest {
  private static final String THEIRS = "team-b-doubling";
  private static final String NOBODYS = "team-b-nothing";

  @TempDir private static Path folder;
  private GuardedRig rig;

  @BeforeAll
  void start() throws Exception {
    Files.createDirectories(folder.resolve("datasets/team-a-set"));
    Files.createDirectories(folder.resolve("datasets/team-b-set"));
    rig = GuardedRig.start(folder);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void lists_ofEachWire_haveOnlyWhatTheCallerMaySee() {
    assertThat(models(rig.as("a"))).containsExactly("models/shared", "models/team-a-doubling");
    assertThat(models(rig.as("b"))).containsExactly("models/shared", "models/team-b-doubling");
    assertThat(models(rig.as("viewer"))).hasSize(3);
    assertThat(models(rig.as("nobody"))).isEmpty();
    assertThat(models(rig.bearer(rig.token("dora", "viewer:shared"))))
        .containsExactly("models/shared");
    assertThat(
            kserve("a")
                .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                .getModelsList())
        .extracting("name")
        .containsExactlyInAnyOrder("shared", "team-a-doubling");
    assertThat(
            kserve("a")
                .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                .getModelStatsList())
        .extracting("name")
        .doesNotContain(THEIRS);
    assertThat(Http.text(rig.http("a", "GET", "/api/v1/models", ""))).doesNotContain(THEIRS);
    assertThat(Http.text(rig.http("a", "POST", "/v2/repository/index", "")))
        .contains("team-a-doubling")
        .doesNotContain(THEIRS);
  }

  @Test
  void pages_ofAList_areOfWhatTheCallerMaySee() {
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      var page =
          ModelServiceGrpc.newBlockingStub(rig.as("b"))
              .listModels(
                  ListModelsRequest.newBuilder().setPageSize(1).setPageToken(token).build());
      page.getModelsList().stream().map(Model::getName).forEach(seen::add);
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(seen).containsExactly("models/shared", "models/team-b-doubling");
  }

  @Test
  void calls_aboutAnothersModel_areAnsweredAsIfThereWereNone() {
    for (String name : List.of(THEIRS, NOBODYS)) {
      assertNotFound(name, () -> predict(rig.as("a"), name, 1));
      assertNotFound(
          name,
          () ->
              ModelServiceGrpc.newBlockingStub(rig.as("a"))
                  .modelStatus(ModelStatusRequest.newBuilder().setModel(name).build()));
      assertNotFound(
          name,
          () ->
              ModelServiceGrpc.newBlockingStub(rig.as("a"))
                  .listHistory(ListHistoryRequest.newBuilder().setModel(name).build()));
      assertNotFound(
          name,
          () -> kserve("a").modelInfer(ModelInferRequest.newBuilder().setModelName(name).build()));
      assertNotFound(
          name, () -> kserve("a").modelReady(ModelReadyRequest.newBuilder().setName(name).build()));
      assertNotFound(
          name,
          () ->
              dev.millrace.proto.tfserving.ModelServiceGrpc.newBlockingStub(rig.as("a"))
                  .getModelStatus(
                      GetModelStatusRequest.newBuilder()
                          .setModelSpec(ModelSpec.newBuilder().setName(name))
                          .build()));
      assertNotFound(
          name,
          () ->
              HealthGrpc.newBlockingStub(rig.as("a"))
                  .check(HealthCheckRequest.newBuilder().setService("models/" + name).build()));
      assertThat(rig.http("a", "GET", "/v1/models/" + name, "").statusCode()).isEqualTo(404);
      assertThat(rig.http("a", "GET", "/v2/models/" + name, "").statusCode()).isEqualTo(404);
      assertThat(rig.http("a", "GET", "/api/v1/models/" + name, "").statusCode()).isEqualTo(404);
    }
  }

  /** The words must not tell what is there either. */
  @Test
  void answers_aboutWhatMayNotBeSeen_areTheSameWhetherItIsThere() {
    for (String path :
        List.of(
            "/v1/models/%s",
            "/v1/models/%s/metadata",
            "/v2/models/%s",
            "/v2/models/%s/ready",
            "/v2/models/%s/stats",
            "/api/v1/models/%s",
            "/api/v1/models/%s/history",
            "/api/v1/models/%s/gate",
            "/api/v1/models/%s/feedback")) {
      var there = rig.http("a", "GET", path.formatted(THEIRS), "");
      var none = rig.http("a", "GET", path.formatted(NOBODYS), "");
      assertThat(there.statusCode()).as(path).isEqualTo(none.statusCode()).isNotEqualTo(200);
      assertThat(withoutId(Http.text(there)).replace(THEIRS, NOBODYS))
          .isEqualTo(withoutId(Http.text(none)));
      // As the server says it to one who may see everything.
      var true404 = rig.http("viewer", "GET", path.formatted(NOBODYS), "");
      if (!path.endsWith("/ready")) {
        assertThat(withoutId(Http.text(none))).as(path).isEqualTo(withoutId(Http.text(true404)));
      }
    }
  }

  @Test
  void predict_equalRequestsOfTwoTenants_doNotShareAnAnswer() {
    predict(rig.as("a"), "shared", 5);
    predict(rig.as("a"), "shared", 5);
    assertThat(cache("hit")).isEqualTo(1);
    predict(rig.as("b"), "shared", 5);
    assertThat(cache("hit")).isEqualTo(1);
    assertThat(cache("miss")).isEqualTo(2);
  }

  @Test
  void evaluations_ofAnothersModel_areNotThere() {
    Evaluation theirs = evaluate("b", THEIRS, "once");
    assertThat(theirs.getName()).startsWith("evaluations/");
    // The same request id is another caller's own.
    assertThat(evaluate("admin", THEIRS, "once").getName()).isNotEqualTo(theirs.getName());
    assertThat(evaluate("b", THEIRS, "once").getName()).isEqualTo(theirs.getName());
    assertThat(evaluations("a").listEvaluations(ListEvaluationsRequest.getDefaultInstance()))
        .isEqualTo(dev.millrace.v1.ListEvaluationsResponse.getDefaultInstance());
    assertThat(
            evaluations("b")
                .listEvaluations(ListEvaluationsRequest.getDefaultInstance())
                .getEvaluationsList())
        .extracting(Evaluation::getName)
        .contains(theirs.getName());
    String known = error(() -> get("a", theirs.getName())).getMessage();
    String unknown = error(() -> get("a", "evaluations/e-0")).getMessage();
    assertThat(known).isEqualTo(unknown).startsWith("NOT_FOUND");
    assertCode(
        Status.Code.PERMISSION_DENIED,
        () ->
            evaluations("viewer")
                .cancelEvaluation(
                    CancelEvaluationRequest.newBuilder().setName(theirs.getName()).build()));
  }

  @Test
  void train_othersModelOrDataset_isRefused() {
    assertCode(Status.Code.PERMISSION_DENIED, () -> train("a", "team-a-x", ""));
    assertCode(Status.Code.PERMISSION_DENIED, () -> train("b", "team-a-x", ""));
    assertCode(Status.Code.PERMISSION_DENIED, () -> train("b", "", ""));
    assertCode(Status.Code.NOT_FOUND, () -> train("b", "team-b-x", "team-a-set"));
    assertThat(
            DatasetServiceGrpc.newBlockingStub(rig.as("b"))
                .listDatasets(ListDatasetsRequest.getDefaultInstance())
                .getDatasetsList())
        .extracting("name")
        .containsExactly("datasets/mnist", "datasets/team-b-set");
    assertCode(
        Status.Code.NOT_FOUND,
        () ->
            DatasetServiceGrpc.newBlockingStub(rig.as("b"))
                .getDataset(GetDatasetRequest.newBuilder().setName("datasets/team-a-set").build()));
  }

  @Test
  void changes_beyondTheRole_areRefused() {
    assertCode(Status.Code.PERMISSION_DENIED, () -> promote("viewer", THEIRS));
    assertCode(Status.Code.PERMISSION_DENIED, () -> promote("a", "team-a-doubling"));
    assertCode(
        Status.Code.PERMISSION_DENIED,
        () ->
            ModelServiceGrpc.newBlockingStub(rig.as("b"))
                .deleteVersion(
                    DeleteVersionRequest.newBuilder()
                        .setName("models/" + THEIRS + "/versions/1")
                        .build()));
    assertCode(
        Status.Code.PERMISSION_DENIED,
        () ->
            dev.millrace.proto.tfserving.ModelServiceGrpc.newBlockingStub(rig.as("b"))
                .handleReloadConfigRequest(ReloadConfigRequest.getDefaultInstance()));
    assertCode(
        Status.Code.NOT_FOUND,
        () ->
            kserve("b")
                .repositoryModelUnload(
                    RepositoryModelUnloadRequest.newBuilder()
                        .setModelName("team-a-doubling")
                        .build()));
    assertThat(promote("b", THEIRS)).isEqualTo("models/" + THEIRS);
  }

  @Test
  void history_ofAChangeByAnotherWire_namesWhoMadeIt() {
    kserve("admin")
        .repositoryModelLoad(
            RepositoryModelLoadRequest.newBuilder().setModelName("team-a-doubling").build());
    assertThat(
            ModelServiceGrpc.newBlockingStub(rig.as("admin"))
                .listHistory(ListHistoryRequest.newBuilder().setModel("team-a-doubling").build())
                .toString())
        .contains("key:admin");
  }

  private List<String> models(Channel channel) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList()
        .stream()
        .map(Model::getName)
        .toList();
  }

  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub kserve(String caller) {
    return GRPCInferenceServiceGrpc.newBlockingStub(rig.as(caller));
  }

  private EvaluationServiceGrpc.EvaluationServiceBlockingStub evaluations(String caller) {
    return EvaluationServiceGrpc.newBlockingStub(rig.as(caller));
  }

  private void get(String caller, String name) {
    evaluations(caller).getEvaluation(GetEvaluationRequest.newBuilder().setName(name).build());
  }

  private Evaluation evaluate(String caller, String model, String requestId) {
    return evaluations(caller)
        .evaluate(
            EvaluateRequest.newBuilder()
                .setSpec(EvaluationSpec.newBuilder().setModel(model))
                .setRequestId(requestId)
                .build())
        .getEvaluation();
  }

  private void train(String caller, String model, String dataset) {
    TrainingServiceGrpc.newBlockingStub(rig.as(caller))
        .createTrainingJob(
            CreateTrainingJobRequest.newBuilder()
                .setSpec(TrainingSpec.newBuilder().setModel(model).setDataset(dataset))
                .build());
  }

  private String promote(String caller, String model) {
    return ModelServiceGrpc.newBlockingStub(rig.as(caller))
        .promote(PromoteRequest.newBuilder().setName("models/" + model + "/versions/1").build())
        .getModel()
        .getName();
  }

  private static void predict(Channel channel, String model, float value) {
    InferenceServiceGrpc.newBlockingStub(channel)
        .predict(
            PredictRequest.newBuilder()
                .setModel(model)
                .putInputs(
                    "x",
                    Tensor.newBuilder()
                        .setDtype(DataType.DATA_TYPE_FLOAT32)
                        .addShape(1)
                        .addShape(2)
                        .addFloats(value)
                        .addFloats(value)
                        .build())
                .build());
  }

  private double cache(String outcome) {
    double sum = 0;
    String metrics =
        Http.text(
            rig.management.send(
                rig.management.request("/metrics").header("x-api-key", rig.key("viewer"))));
    for (String line : metrics.lines().toList()) {
      if (line.startsWith("millrace_cache_requests_total")
          && line.contains("model=\"shared\"")
          && line.contains("outcome=\"" + outcome + "\"")) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }

  private static void assertNotFound(String name, ThrowingCallable call) {
    StatusRuntimeException error = assertCode(Status.Code.NOT_FOUND, call);
    assertThat(error.getMessage()).contains(name);
  }

  private static StatusRuntimeException assertCode(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException error = error(call);
    assertThat(error.getStatus().getCode()).as(error.getMessage()).isEqualTo(code);
    return error;
  }

  private static StatusRuntimeException error(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call);
  }

  private static String withoutId(String body) {
    return body.replaceAll("\"requestId\":\"[^\"]*\"", "").replaceAll("[0-9a-f-]{36}", "");
  }
}
