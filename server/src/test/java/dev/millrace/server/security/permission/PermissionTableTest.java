package dev.millrace.server.security.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.tfserving.InferenceTask;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.MultiInferenceRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.TrainingServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PermissionTableTest {
  private static final PermissionTable TABLE = PermissionTable.standard();
  private static final String PREDICT = InferenceServiceGrpc.getPredictMethod().getFullMethodName();
  private static final Set<String> NAMES = Set.of("model", "name", "model_name", "base", "changed");
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          InferenceServiceGrpc.getServiceDescriptor(),
          ModelServiceGrpc.getServiceDescriptor(),
          TrainingServiceGrpc.getServiceDescriptor(),
          EvaluationServiceGrpc.getServiceDescriptor(),
          DatasetServiceGrpc.getServiceDescriptor(),
          GateServiceGrpc.getServiceDescriptor(),
          FeedbackServiceGrpc.getServiceDescriptor(),
          GRPCInferenceServiceGrpc.getServiceDescriptor(),
          PredictionServiceGrpc.getServiceDescriptor(),
          dev.millrace.proto.tfserving.ModelServiceGrpc.getServiceDescriptor());

  /** A name in a field that no rule reads would go past the check. */
  @Test
  void check_everyCallThatNamesAModel_seesTheName() {
    List<String> seen = new ArrayList<>();
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        String name = method.getFullMethodName();
        if (TABLE.rules().get(name) instanceof Rule.Models<?> rule) {
          boolean isNative = name.startsWith("millrace.");
          Message theirs = named(prototype(method), isNative, "team-b-x");
          Message own = named(prototype(method), isNative, "team-a-x");
          Caller caller = caller("admin:team-a-*");
          TABLE.check(name, caller, own);
          ErrorReason expected =
              rule.creates() ? ErrorReason.PERMISSION_MISSING : ErrorReason.MODEL_NOT_FOUND;
          assertRefused(name, caller, theirs, expected);
          seen.add(name);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(25);
  }

  @Test
  void check_visibleModelWithoutThePermission_saysWhichOneIsMissing() {
    Caller viewer = caller("viewer:team-a-*", "predictor:other");
    assertThatThrownBy(() -> TABLE.check(PREDICT, viewer, predict("models/team-a-x/versions/3")))
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ErrorReason.PERMISSION_MISSING);
              assertThat(refused.message())
                  .isEqualTo(
                      "this needs the permission 'predict' for model 'team-a-x', which 'key:test'"
                          + " does not have");
              assertThat(refused.metadata()).containsEntry("permission", "predict");
            });
    TABLE.check(PREDICT, viewer, predict("other"));
  }

  @Test
  void check_severalModelsInOneRequest_needsEach() {
    String method = PredictionServiceGrpc.getMultiInferenceMethod().getFullMethodName();
    MultiInferenceRequest mixed =
        MultiInferenceRequest.newBuilder()
            .addTasks(task("team-a-x"))
            .addTasks(task("team-b-x"))
            .build();
    assertRefused(method, caller("predictor:team-a-*"), mixed, ErrorReason.MODEL_NOT_FOUND);
    TABLE.check(method, caller("predictor:team-a-*", "predictor:team-b-*"), mixed);
    String diff = ModelServiceGrpc.getDiffVersionsMethod().getFullMethodName();
    DiffVersionsRequest versions =
        DiffVersionsRequest.newBuilder()
            .setBase("models/team-a-x/versions/1")
            .setChanged("models/team-b-x/versions/1")
            .build();
    assertRefused(diff, caller("viewer:team-a-*"), versions, ErrorReason.MODEL_NOT_FOUND);
  }

  @Test
  void check_uploadOfAVersion_isOfThePlansModel() {
    String method = ModelServiceGrpc.getImportVersionMethod().getFullMethodName();
    Caller publisher = caller("publisher:team-a-*", "viewer");
    TABLE.check(method, publisher, plan("team-a-new"));
    TABLE.check(method, publisher, ImportVersionRequest.getDefaultInstance());
    assertRefused(method, publisher, plan("team-b-new"), ErrorReason.PERMISSION_MISSING);
  }

  @Test
  void check_nameThatIsNone_isRefusedAsTheServiceWould() {
    String promote = ModelServiceGrpc.getPromoteMethod().getFullMethodName();
    for (String name :
        List.of("", "models/", "models/../x", "models/a/b", "a/versions/1", "a%2f")) {
      assertRefused(
          promote,
          caller("admin:team-a-*"),
          PromoteRequest.newBuilder().setName(name).build(),
          ErrorReason.NAME_INVALID);
    }
    String label = ModelServiceGrpc.getSetLabelMethod().getFullMethodName();
    assertRefused(
        label,
        caller("publisher:team-a-*"),
        SetLabelRequest.newBuilder().setName("models/team-b-x/labels/stable").build(),
        ErrorReason.MODEL_NOT_FOUND);
  }

  @Test
  void enter_callWithoutAnEntry_isRefusedToEverybody() {
    for (Caller caller : List.of(new Caller("here", Access.ALL), caller("admin"))) {
      assertThatThrownBy(() -> TABLE.enter("millrace.v1.NewService/Forgotten", caller))
          .isInstanceOfSatisfying(
              ServingException.class,
              refused -> assertThat(refused.reason()).isEqualTo(ErrorReason.PERMISSION_MISSING));
    }
  }

  @Test
  void enter_changesOfTheServer_needAdminOfAllModels() {
    String reload =
        dev.millrace.proto.tfserving.ModelServiceGrpc.getHandleReloadConfigRequestMethod()
            .getFullMethodName();
    assertThatThrownBy(() -> TABLE.enter(reload, caller("admin:team-*")))
        .hasMessageContaining("'admin' for all models");
    TABLE.enter(reload, caller("admin"));
  }

  private static void assertRefused(
      String method, Caller caller, Message message, ErrorReason reason) {
    assertThatThrownBy(() -> TABLE.check(method, caller, message))
        .as(method)
        .isInstanceOfSatisfying(
            ServingException.class,
            refused -> assertThat(refused.reason()).as(method).isEqualTo(reason));
  }

  private static Caller caller(String... grants) {
    return new Caller(
        "key:test",
        new Grants(Arrays.stream(grants).map(Grant::parse).map(Optional::orElseThrow).toList()));
  }

  private static PredictRequest predict(String model) {
    return PredictRequest.newBuilder().setModel(model).build();
  }

  private static ImportVersionRequest plan(String model) {
    return ImportVersionRequest.newBuilder()
        .setPlan(ImportPlan.newBuilder().setModel(model))
        .build();
  }

  private static InferenceTask task(String model) {
    return InferenceTask.newBuilder().setModelSpec(ModelSpec.newBuilder().setName(model)).build();
  }

  private static Message prototype(MethodDescriptor<?, ?> method) {
    return (Message)
        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
            .getMessagePrototype();
  }

  /** The message with the model in every field that could name one. */
  private static Message named(Message prototype, boolean isNative, String model) {
    Message.Builder builder = prototype.toBuilder();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      boolean text = field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated();
      if (text && NAMES.contains(field.getName())) {
        builder.setField(field, isNative ? "models/" + model + "/versions/1" : model);
      } else if (field.getName().equals("model_spec") || field.getName().equals("plan")) {
        builder.setField(field, named(builder.newBuilderForField(field).build(), isNative, model));
      } else if (field.getName().equals("tasks")) {
        builder.addRepeatedField(
            field, named(builder.newBuilderForField(field).build(), isNative, model));
      }
    }
    return builder.build();
  }
}
