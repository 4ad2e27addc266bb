package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.UsageServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The kinds of refusal, and their words. */
final class PermissionsTest {
  private static final PermissionTable TABLE = PermissionTable.standard();
  private static final Caller NOBODY = new Caller("10.0.0.1");

  @Test
  void enter_withoutCredentials_isOpenForThePublicAlone() {
    for (MethodDescriptor<?, ?> open :
        List.of(GRPCInferenceServiceGrpc.getServerLiveMethod(), HealthGrpc.getCheckMethod())) {
      TABLE.enter(open.getFullMethodName(), NOBODY);
    }
    assertThat(TABLE.isPublic(name(GRPCInferenceServiceGrpc.getServerLiveMethod()))).isTrue();
    assertThat(TABLE.isPublic(name(HealthGrpc.getCheckMethod()))).isFalse();
    assertThat(TABLE.isPublic(name(InferenceServiceGrpc.getPredictMethod()))).isFalse();
    for (MethodDescriptor<?, ?> closed :
        List.of(
            InferenceServiceGrpc.getPredictMethod(),
            ModelServiceGrpc.getListModelsMethod(),
            DatasetServiceGrpc.getDeleteDatasetMethod(),
            UsageServiceGrpc.getGetUsageMethod())) {
      assertThatThrownBy(() -> TABLE.enter(name(closed), NOBODY))
          .hasMessageContaining("wants to know who calls")
          .isInstanceOfSatisfying(
              ServingException.class,
              refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.CREDENTIALS_MISSING));
    }
  }

  @Test
  void enter_roleThatHasThePermissionNowhere_isRefusedBeforeAMessageIsRead() {
    assertMissing(InferenceServiceGrpc.getPredictMethod(), caller("viewer"), "'predict', which");
    assertMissing(DatasetServiceGrpc.getImportDatasetMethod(), caller("viewer"), "'train', which");
    TABLE.enter(name(InferenceServiceGrpc.getPredictMethod()), caller("predictor:x"));
    TABLE.enter(name(DatasetServiceGrpc.getImportDatasetMethod()), caller("trainer:x"));
    TABLE.enter(name(UsageServiceGrpc.getGetUsageMethod()), caller());
  }

  @Test
  void check_healthOfAModel_isSaidToThoseWhoMaySeeIt() {
    String check = name(HealthGrpc.getCheckMethod());
    TABLE.check(check, NOBODY, health(""));
    TABLE.check(check, NOBODY, health("millrace.v1.ModelService"));
    TABLE.check(check, caller("viewer:a"), health("models/a"));
    assertRefused(check, NOBODY, health("models/a"), ErrorReason.CREDENTIALS_MISSING, "who calls");
    assertRefused(
        check,
        caller("viewer:a"),
        health("models/b"),
        ErrorReason.MODEL_NOT_FOUND,
        "unknown service models/b");
  }

  /**
   * What is said of a model that is hidden must be what each wire says of one that is not there.
   */
  @Test
  void check_hiddenModel_isAnsweredInTheWiresWords() {
    Caller caller = caller("admin:a");
    assertRefused(
        name(InferenceServiceGrpc.getPredictMethod()),
        caller,
        PredictRequest.newBuilder().setModel("models/b").build(),
        ErrorReason.MODEL_NOT_FOUND,
        "no model 'b' is served; ListModels names those that are");
    assertRefused(
        name(GRPCInferenceServiceGrpc.getModelInferMethod()),
        caller,
        ModelInferRequest.newBuilder().setModelName("b").build(),
        ErrorReason.MODEL_NOT_FOUND,
        "Request for unknown model: 'b' is not found");
    assertRefused(
        name(PredictionServiceGrpc.getPredictMethod()),
        caller,
        dev.millrace.proto.tfserving.PredictRequest.newBuilder().setModelSpec(spec()).build(),
        ErrorReason.MODEL_NOT_FOUND,
        "Servable not found for request: Latest(b)");
    assertRefused(
        name(dev.millrace.proto.tfserving.ModelServiceGrpc.getGetModelStatusMethod()),
        caller,
        GetModelStatusRequest.newBuilder().setModelSpec(spec()).build(),
        ErrorReason.MODEL_NOT_FOUND,
        "Could not find any versions of model b");
  }

  @Test
  void check_hiddenModel_isNamedAmongTheDetailsIfItHasAName() {
    String infer = name(GRPCInferenceServiceGrpc.getModelInferMethod());
    for (String model : List.of("b", "no/name")) {
      assertThatThrownBy(
              () ->
                  TABLE.check(
                      infer,
                      caller("admin:a"),
                      ModelInferRequest.newBuilder().setModelName(model).build()))
          .isInstanceOfSatisfying(
              ServingException.class,
              refused ->
                  assertThat(refused.metadata().containsKey("model")).isEqualTo(model.equals("b")));
    }
    assertRefused(
        infer,
        caller("viewer", "predictor:a"),
        ModelInferRequest.newBuilder().setModelName("no/name").build(),
        ErrorReason.PERMISSION_MISSING,
        "'predict' for this model");
  }

  @Test
  void check_statisticsOfNoModelByName_areLeftToTheService() {
    String statistics = name(GRPCInferenceServiceGrpc.getModelStatisticsMethod());
    TABLE.check(statistics, caller("viewer:a"), ModelStatisticsRequest.getDefaultInstance());
    assertRefused(
        statistics,
        caller("viewer:a"),
        ModelStatisticsRequest.newBuilder().setName("b").build(),
        ErrorReason.MODEL_NOT_FOUND,
        "'b' is not found");
  }

  @Test
  void check_everybodyOfAnOpenServer_isLetInWithoutALookAtTheMessage() {
    TABLE.check(
        name(InferenceServiceGrpc.getPredictMethod()), new Caller("h", Access.ALL), "no message");
  }

  @Test
  void add_secondEntryOfAMethod_isADefect() {
    PermissionTable.Builder builder = new PermissionTable.Builder();
    builder.add("a.B/C", new Rule.Public());
    assertThatThrownBy(() -> builder.add("a.B/C", new Rule.AnyCaller()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static void assertMissing(MethodDescriptor<?, ?> method, Caller caller, String words) {
    assertThatThrownBy(() -> TABLE.enter(name(method), caller))
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.PERMISSION_MISSING));
  }

  private static void assertRefused(
      String method, Caller caller, Message message, ErrorReason reason, String words) {
    assertThatThrownBy(() -> TABLE.check(method, caller, message))
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(
            ServingException.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static String name(MethodDescriptor<?, ?> method) {
    return method.getFullMethodName();
  }

  private static HealthCheckRequest health(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  private static ModelSpec.Builder spec() {
    return ModelSpec.newBuilder().setName("b");
  }

  private static Caller caller(String... grants) {
    return new Caller(
        "key:test",
        new Grants(Arrays.stream(grants).map(Grant::parse).map(Optional::orElseThrow).toList()));
  }
}
