package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proto.tensorflow.Code;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.ModelConfig;
import dev.millrace.proto.tfserving.ModelConfigList;
import dev.millrace.proto.tfserving.ModelServerConfig;
import dev.millrace.proto.tfserving.ModelServiceGrpc;
import dev.millrace.proto.tfserving.ModelServiceGrpc.ModelServiceBlockingStub;
import dev.millrace.proto.tfserving.ModelServiceGrpc.ModelServiceFutureStub;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictionServiceGrpc;
import dev.millrace.proto.tfserving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import dev.millrace.proto.tfserving.ReloadConfigRequest;
import dev.millrace.proto.tfserving.ReloadConfigResponse;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.VersionState;
import dev.millrace.server.testing.SmallModels;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HandleReloadConfigRequest, which replaces what is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TfServingReloadTest {
  private DoorRig rig;
  private ModelServiceBlockingStub models;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    models = ModelServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void handleReloadConfigRequest_ofWhatCannotBe_hasTensorFlowServingsTexts() {
    ModelConfig echo = ModelConfig.newBuilder().setName("echo").build();
    DoorRig.assertRefused(
        () -> reload(echo, echo),
        Status.Code.INVALID_ARGUMENT,
        "Illegal to list model echo multiple times in config list");
    DoorRig.assertRefused(
        () -> reload(echo.toBuilder().setModelPlatform("caffe").build()),
        Status.Code.INVALID_ARGUMENT,
        "Illegal to change a model's platform");
    DoorRig.assertRefused(
        () -> models.handleReloadConfigRequest(ReloadConfigRequest.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "ModelServerConfig is empty");
  }

  @Test
  void handleReloadConfigRequest_ofAList_servesItAloneAndPutsItsLabels(@TempDir Path folder)
      throws Exception {
    try (DoorRig own = DoorRig.start(folder, List.of())) {
      ModelServiceBlockingStub service = ModelServiceGrpc.newBlockingStub(own.channel);
      PredictionServiceBlockingStub prediction = PredictionServiceGrpc.newBlockingStub(own.channel);
      ModelConfig.Builder doubling = ModelConfig.newBuilder().setName("doubling");
      doubling.getModelVersionPolicyBuilder().getSpecificBuilder().addVersions(1).addVersions(2);
      doubling.putVersionLabels("stable", 1).putVersionLabels("canary", 2);
      assertThat(service.handleReloadConfigRequest(list(doubling)).getStatus().getErrorCode())
          .isEqualTo(Code.OK);
      assertThat(prediction.predict(labelled("stable")).getModelSpec().getVersion().getValue())
          .isEqualTo(1);
      assertThat(prediction.predict(labelled("canary")).getModelSpec().getVersion().getValue())
          .isEqualTo(2);
      DoorRig.assertRefused(
          () -> prediction.predict(labelled("").toBuilder().setModelSpec(spec("echo", "")).build()),
          Status.Code.NOT_FOUND,
          "Servable not found for request: Latest(echo)");
      doubling.clearModelVersionPolicy().clearVersionLabels().putVersionLabels("stable", 2);
      service.handleReloadConfigRequest(list(doubling));
      assertThat(prediction.predict(labelled("stable")).getModelSpec().getVersion().getValue())
          .isEqualTo(2);
      DoorRig.assertRefused(
          () -> prediction.predict(labelled("canary")),
          Status.Code.INVALID_ARGUMENT,
          "Unrecognized servable version label: canary");
      doubling.putVersionLabels("stable", 9);
      DoorRig.assertRefused(
          () -> service.handleReloadConfigRequest(list(doubling)),
          Status.Code.FAILED_PRECONDITION,
          "Request to assign label to version 9 of model doubling, which is not currently available"
              + " for inference");
      assertThat(prediction.predict(labelled("stable")).getModelSpec().getVersion().getValue())
          .isEqualTo(2);
    }
  }

  @Test
  void handleReloadConfigRequest_severalAtOnce_areAllAnswered(@TempDir Path folder)
      throws Exception {
    try (DoorRig own = DoorRig.start(folder, List.of())) {
      ModelServiceFutureStub service = ModelServiceGrpc.newFutureStub(own.channel);
      List<String> names = List.of("echo", "product", "doubling");
      for (int round = 0; round < 10; round++) {
        List<Future<ReloadConfigResponse>> answers = new ArrayList<>();
        for (String name : names) {
          answers.add(
              service.handleReloadConfigRequest(list(ModelConfig.newBuilder().setName(name))));
        }
        for (Future<ReloadConfigResponse> answer : answers) {
          try {
            answer.get(30, TimeUnit.SECONDS);
          } catch (ExecutionException overtaken) {
            assertThat(Status.fromThrowable(overtaken).getCode()).isEqualTo(Status.Code.ABORTED);
          }
        }
      }
    }
  }

  @Test
  void handleReloadConfigRequest_refused_hasChangedNothing(@TempDir Path folder) throws Exception {
    try (DoorRig own = DoorRig.start(folder, List.of())) {
      ModelServiceBlockingStub service = ModelServiceGrpc.newBlockingStub(own.channel);
      ModelConfig.Builder late = ModelConfig.newBuilder().setName("echo");
      for (ModelConfig wrong :
          List.of(
              ModelConfig.newBuilder().setName("nothing").build(),
              ModelConfig.newBuilder().setName("echo").putVersionLabels("new", 9).build(),
              ModelConfig.newBuilder().setName("ECHO").build(),
              ModelConfig.newBuilder().setName("doubling").setBasePath("/etc").build())) {
        ReloadConfigRequest.Builder request = list(late).toBuilder();
        request.getConfigBuilder().getModelConfigListBuilder().addConfig(wrong);
        assertThatThrownBy(() -> service.handleReloadConfigRequest(request.build()))
            .isInstanceOf(StatusRuntimeException.class);
      }
      assertThat(own.server.registry().get(new ModelName("echo")).labels()).isEmpty();
      PredictionServiceBlockingStub prediction = PredictionServiceGrpc.newBlockingStub(own.channel);
      assertThat(prediction.predict(labelled("stable")).getModelSpec().getVersion().getValue())
          .as("models that no list names are served still")
          .isEqualTo(1);
    }
  }

  @Test
  void handleReloadConfigRequest_versionsThatComeLater_areChosenByTheList(@TempDir Path folder)
      throws Exception {
    try (DoorRig own = DoorRig.start(folder, List.of())) {
      ModelServiceBlockingStub service = ModelServiceGrpc.newBlockingStub(own.channel);
      PredictionServiceBlockingStub prediction = PredictionServiceGrpc.newBlockingStub(own.channel);
      // Its own settings say all; the list says the newest.
      service.handleReloadConfigRequest(list(ModelConfig.newBuilder().setName("doubling")));
      SmallModels.doubling(folder.resolve("models/doubling/3"));
      LifeRig.await(
          () ->
              prediction
                      .predict(labelled("").toBuilder().setModelSpec(spec("doubling", "")).build())
                      .getModelSpec()
                      .getVersion()
                      .getValue()
                  == 3,
          () -> "version 3 does not answer");
      LifeRig.await(
          () ->
              own.server.catalog().statuses(new ModelName("doubling")).orElseThrow().stream()
                      .filter(status -> status.state() == VersionState.AVAILABLE)
                      .count()
                  == 1,
          () -> "others are loaded");
    }
  }

  private static ReloadConfigRequest list(ModelConfig.Builder model) {
    return ReloadConfigRequest.newBuilder()
        .setConfig(
            ModelServerConfig.newBuilder()
                .setModelConfigList(ModelConfigList.newBuilder().addConfig(model)))
        .build();
  }

  private static PredictRequest labelled(String label) {
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("doubling").setVersionLabel(label))
        .putInputs("x", floats(1, 2).addFloatVal(1).build())
        .build();
  }

  private void reload(ModelConfig... configs) {
    models.handleReloadConfigRequest(
        ReloadConfigRequest.newBuilder()
            .setConfig(
                ModelServerConfig.newBuilder()
                    .setModelConfigList(
                        ModelConfigList.newBuilder().addAllConfig(List.of(configs))))
            .build());
  }

  private static TensorProto.Builder floats(long... sizes) {
    return TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape(sizes));
  }

  private static TensorShapeProto shape(long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      shape.addDimBuilder().setSize(size);
    }
    return shape.build();
  }

  private static ModelSpec spec(String name, String signature) {
    return ModelSpec.newBuilder().setName(name).setSignatureName(signature).build();
  }
}
