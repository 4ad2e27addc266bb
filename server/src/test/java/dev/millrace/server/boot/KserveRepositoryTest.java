package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelRepositoryParameter;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryIndexResponse.ModelIndex;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The model repository as the Open Inference Protocol's door shows it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KserveRepositoryTest {
  private DoorRig rig;
  private GRPCInferenceServiceBlockingStub stub;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    stub = GRPCInferenceServiceGrpc.newBlockingStub(rig.channel);
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Test
  void repositoryIndex_ofAll_tellsStatesAndReasons() {
    List<ModelIndex> all =
        stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsList();
    assertThat(all)
        .extracting(index -> index.getName() + " " + index.getVersion() + " " + index.getState())
        .contains("broken 1 UNAVAILABLE", "doubling 1 READY", "doubling 2 READY");
    assertThat(all)
        .filteredOn(index -> index.getName().equals("broken"))
        .allMatch(index -> !index.getReason().isEmpty());
    assertThat(
            stub.repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build())
                .getModelsList())
        .extracting(ModelIndex::getName)
        .doesNotContain("broken");
  }

  @Test
  void repositoryModelUnloadAndLoad_ofAModel_takeItOutAndBringItBack() {
    stub.repositoryModelUnload(
        RepositoryModelUnloadRequest.newBuilder().setModelName("product").build());
    assertThat(isReady("product", "")).isFalse();
    stub.repositoryModelLoad(
        RepositoryModelLoadRequest.newBuilder().setModelName("product").build());
    assertThat(isReady("product", "")).isTrue();
  }

  @Test
  void repositoryModelLoad_ofWhatCannotBe_hasTritonsTexts() {
    assertLoadRefused(
        "",
        Status.Code.INVALID_ARGUMENT,
        "Model name cannot be empty. Please enter a valid name to deploy.");
    assertLoadRefused(
        "../up",
        Status.Code.INVALID_ARGUMENT,
        "model name must not contain path traversal characters");
    assertLoadRefused(
        "a\\b",
        Status.Code.INVALID_ARGUMENT,
        "model name must not contain path traversal characters");
    assertLoadRefused(
        "nobody",
        Status.Code.INVALID_ARGUMENT,
        "failed to load 'nobody', failed to poll from model repository");
    assertLoadRefused("broken", Status.Code.FAILED_PRECONDITION, "failed to load 'broken'");
    DoorRig.assertRefused(
        () ->
            stub.repositoryModelLoad(
                RepositoryModelLoadRequest.newBuilder()
                    .setModelName("echo")
                    .putParameters(
                        "config",
                        ModelRepositoryParameter.newBuilder().setStringParam("{}").build())
                    .build()),
        Status.Code.UNIMPLEMENTED,
        "parameter 'config' is not supported");
  }

  private boolean isReady(String name, String version) {
    return stub.modelReady(ModelReadyRequest.newBuilder().setName(name).setVersion(version).build())
        .getReady();
  }

  private void assertLoadRefused(String model, Status.Code code, String text) {
    DoorRig.assertRefused(
        () ->
            stub.repositoryModelLoad(
                RepositoryModelLoadRequest.newBuilder().setModelName(model).build()),
        code,
        text);
  }
}
