package dev.millrace.server.protocol.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelConfigList;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.v1.Canary;
import dev.millrace.v1.CreateTrainingJobResponse;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.EvaluationServiceGrpc;
import dev.millrace.v1.FeedbackServiceGrpc;
import dev.millrace.v1.GateServiceGrpc;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.RecipeServiceGrpc;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.Traffic;
import dev.millrace.v1.TrainRequest;
import dev.millrace.v1.TrainingJob;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.TrainingSpec;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of what is written down, held against every service there is. */
final class AuditedMethodsTest {
  private static final String REFLECTION_V1_ALPHA =
      "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

  /** Every service that the server has; {@code AuditServingTest} holds this against the server. */
  static List<ServiceDescriptor> services() {
    return Stream.of(
            InferenceServiceGrpc.getServiceDescriptor(),
            ModelServiceGrpc.getServiceDescriptor(),
            TrainingServiceGrpc.getServiceDescriptor(),
            EvaluationServiceGrpc.getServiceDescriptor(),
            GateServiceGrpc.getServiceDescriptor(),
            FeedbackServiceGrpc.getServiceDescriptor(),
            DatasetServiceGrpc.getServiceDescriptor(),
            RecipeServiceGrpc.getServiceDescriptor(),
            GRPCInferenceServiceGrpc.getServiceDescriptor(),
            PredictionServiceGrpc.getServiceDescriptor(),
            dev.millrace.proto.tfserving.ModelServiceGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor(),
            ServerReflectionGrpc.getServiceDescriptor())
        .map(
            service ->
                ((ProtoServiceDescriptorSupplier)
                        Objects.requireNonNull(service.getSchemaDescriptor()))
                    .getServiceDescriptor())
        .toList();
  }

  private static Stream<MethodDescriptor> methods() {
    return services().stream().flatMap(service -> service.getMethods().stream());
  }

  private static String name(MethodDescriptor method) {
    return method.getService().getFullName() + "/" + method.getName();
  }

  @Test
  void methods_ofEveryService_areNamedOnceAsAuditedOrAsReading() {
    TreeSet<String> named = new TreeSet<>(AuditedMethods.changes());
    assertThat(named).doesNotContainAnyElementsOf(AuditedMethods.reads());
    named.addAll(AuditedMethods.reads());
    TreeSet<String> there = new TreeSet<>(methods().map(AuditedMethodsTest::name).toList());
    there.add(REFLECTION_V1_ALPHA);

    assertThat(named).isEqualTo(there);
  }

  @Test
  void paths_ofEveryAuditedMethod_areFieldsOfItsMessages() {
    methods()
        .filter(method -> AuditedMethods.changes().contains(name(method)))
        .forEach(
            method -> {
              AuditedMethod audited = AuditedMethods.of(name(method)).orElseThrow();
              assertThat(FieldWords.has(method.getInputType(), audited.target()))
                  .as(name(method) + " " + audited.target())
                  .isTrue();
              audited
                  .details()
                  .forEach(
                      path ->
                          assertThat(FieldWords.has(method.getInputType(), path))
                              .as(name(method) + " " + path)
                              .isTrue());
              if (!audited.result().isEmpty()) {
                assertThat(FieldWords.has(method.getOutputType(), audited.result()))
                    .as(name(method) + " " + audited.result())
                    .isTrue();
              }
            });
  }

  @Test
  void isAudited_methodOnNoList_isTakenForAChange() {
    assertThat(AuditedMethods.isAudited("millrace.v1.ModelService/Explode")).isTrue();
    assertThat(AuditedMethods.of("millrace.v1.ModelService/Explode")).isPresent();
    assertThat(AuditedMethods.of("millrace.v1.InferenceService/Predict")).isEmpty();
  }

  @Test
  void words_ofFields_areThoseOfTheirMessages() {
    AuditedMethod promote = AuditedMethods.of("millrace.v1.ModelService/Promote").orElseThrow();
    PromoteRequest promotion =
        PromoteRequest.newBuilder()
            .setName("models/m/versions/3")
            .setOverrideGate(true)
            .setReason("better")
            .build();
    assertThat(promote.targetOf(promotion)).isEqualTo("models/m/versions/3");
    assertThat(promote.detailsOf(promotion))
        .containsOnlyKeys("override_gate", "reason")
        .containsEntry("override_gate", "true");
    assertThat(promote.resultOf(promotion)).isEmpty();
    assertThat(promote.targetOf("no message")).isEmpty();
    assertThat(promote.detailsOf("no message")).isEmpty();

    AuditedMethod train =
        AuditedMethods.of("millrace.v1.TrainingService/CreateTrainingJob").orElseThrow();
    assertThat(
            train.targetOf(
                TrainRequest.newBuilder().setSpec(TrainingSpec.newBuilder().setModel("m")).build()))
        .isEqualTo("m");
    assertThat(train.targetOf(TrainRequest.getDefaultInstance())).isEmpty();
    assertThat(
            train.resultOf(
                CreateTrainingJobResponse.newBuilder()
                    .setTrainingJob(TrainingJob.newBuilder().setName("trainingJobs/j"))
                    .build()))
        .isEqualTo("trainingJobs/j");

    AuditedMethod traffic = AuditedMethods.of("millrace.v1.ModelService/SetTraffic").orElseThrow();
    assertThat(
            traffic
                .detailsOf(
                    SetTrafficRequest.newBuilder()
                        .setTraffic(
                            Traffic.newBuilder().addCanaries(Canary.newBuilder().setVersion(2)))
                        .build())
                .get("traffic"))
        .isEqualTo("canaries { version: 2 }");

    AuditedMethod reload =
        AuditedMethods.of("tensorflow.serving.ModelService/HandleReloadConfigRequest")
            .orElseThrow();
    ModelConfigList.Builder list = ModelConfigList.newBuilder();
    for (int i = 0; i < 30; i++) {
      list.addConfig(ModelConfig.newBuilder().setName("m" + i));
    }
    assertThat(
            reload.targetOf(
                ReloadConfigRequest.newBuilder()
                    .setConfig(ModelServerConfig.newBuilder().setModelConfigList(list))
                    .build()))
        .startsWith("m0 m1 m2 ")
        .endsWith(" m19");
  }
}
