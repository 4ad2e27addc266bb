package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelReadyResponse;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryIndexResponse;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.GetModelStatusRequest;
import dev.millrace.proto.tfserving.GetModelStatusResponse;
import dev.millrace.proto.tfserving.ModelSpec;
import dev.millrace.proto.tfserving.ModelVersionStatus;
import dev.millrace.proto.tfserving.PredictRequest;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.server.catalog.Lease;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.catalog.VersionLoad;
import dev.millrace.server.catalog.WarmUp;
import dev.millrace.server.inference.InferenceResponse;
import dev.millrace.server.inference.LeasingPredictor;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.inference.statistics.ModelStatistics;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ModelSettings;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.kserve.InferenceServiceKserve;
import dev.millrace.server.protocol.kserve.RepositoryControl;
import dev.millrace.server.protocol.tfserving.ModelServiceTf;
import dev.millrace.server.protocol.tfserving.PredictionServiceTf;
import dev.millrace.server.testing.FakeServable;
import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.testing.PuppetExecutor;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What the foreign wires say of a version that still loads, and of one that goes. */
final class LoadingVersionTest {
  private static final ModelName MODEL = new ModelName("m");
  private static final VersionId ONE = new VersionId(MODEL, 1);

  private final PuppetExecutor loads = new PuppetExecutor();
  private final PuppetClock clock = new PuppetClock();
  private final ModelCatalog catalog =
      new ModelCatalog(
          new VersionLoad(
              (source, mode) -> new FakeServable(),
              new WarmUp(directory -> List.of(), 1, () -> 0, () -> 0),
              1,
              () -> 0),
          loads,
          clock,
          () -> {});
  private final ServedVersions versions = new ServedVersions(asked -> asked, catalog::lease);
  private final Predictor predictor =
      new LeasingPredictor(
          catalog,
          leased ->
              CompletableFuture.completedFuture(
                  new InferenceResponse(
                      leased.lease().id(),
                      leased.request().signature(),
                      leased
                          .lease()
                          .servable()
                          .run(
                              leased.request().signature(),
                              leased.request().inputs(),
                              leased.outputs(),
                              leased.request().deadline()))));
  private final StatusMapper statuses = new StatusMapper(() -> "e1");
  private final InferenceServiceKserve kserve =
      new InferenceServiceKserve(
          catalog,
          versions,
          predictor,
          new ModelStatistics(clock),
          new NoControl(),
          () -> true,
          1,
          statuses,
          Runnable::run,
          clock);
  private final PredictionServiceTf prediction =
      new PredictionServiceTf(predictor, versions, statuses, clock, false, 1000);
  private final ModelServiceTf models =
      new ModelServiceTf(
          catalog, versions, (list, actor) -> CompletableFuture.completedFuture(null), statuses);

  @Test
  void loading_overTheOpenInferenceProtocol_isNotReadyAndNoDefect() {
    aspireOne();
    assertInferRefused("1", Status.Code.UNAVAILABLE, "version 1 is not at ready state");
    assertInferRefused("", Status.Code.NOT_FOUND, "has no available versions");
    assertThat(isReady()).isFalse();
    assertThat(indexed()).isEqualTo("LOADING");
    loads.runAll();
    assertThat(isReady()).isTrue();
    assertThat(indexed()).isEqualTo("READY");
    assertThat(infer("1").join().getModelVersion()).isEqualTo("1");
  }

  @Test
  void loading_overTensorFlowServing_isNotFoundUntilItAnswers() {
    aspireOne();
    assertRefused(
        predict(spec().setVersion(Int64Value.of(1))),
        Status.Code.NOT_FOUND,
        "Servable not found for request: Specific(m, 1)");
    assertRefused(
        predict(spec()), Status.Code.NOT_FOUND, "Servable not found for request: Latest(m)");
    assertThat(state()).isIn(ModelVersionStatus.State.START, ModelVersionStatus.State.LOADING);
    loads.runAll();
    assertThat(state()).isEqualTo(ModelVersionStatus.State.AVAILABLE);
    assertThat(predict(spec()).join().getModelSpec().getVersion().getValue()).isEqualTo(1);
  }

  @Test
  void draining_overBothWires_isOnItsWayOut() {
    aspireOne();
    loads.runAll();
    try (Lease inFlight = catalog.lease(ModelReference.parse("m"))) {
      catalog.aspire(MODEL, List.of());
      assertInferRefused("1", Status.Code.UNAVAILABLE, "version 1 is not at ready state");
      assertThat(isReady()).isFalse();
      assertThat(indexed()).isEqualTo("UNLOADING");
      assertRefused(
          predict(spec()), Status.Code.NOT_FOUND, "Servable not found for request: Latest(m)");
      assertThat(state()).isEqualTo(ModelVersionStatus.State.UNLOADING);
      assertThat(inFlight.id()).isEqualTo(ONE);
    }
  }

  private void aspireOne() {
    catalog.subscribe(versions);
    catalog.aspire(
        MODEL, List.of(new ServableSource(ONE, Path.of("none"), "", ModelSettings.DEFAULT)));
  }

  private boolean isReady() {
    return LoadingVersionTest.<ModelReadyRequest, ModelReadyResponse>ask(
            kserve::modelReady, ModelReadyRequest.newBuilder().setName("m").setVersion("1").build())
        .join()
        .getReady();
  }

  private String indexed() {
    return LoadingVersionTest.<RepositoryIndexRequest, RepositoryIndexResponse>ask(
            kserve::repositoryIndex, RepositoryIndexRequest.getDefaultInstance())
        .join()
        .getModels(0)
        .getState();
  }

  private ModelVersionStatus.State state() {
    return LoadingVersionTest.<GetModelStatusRequest, GetModelStatusResponse>ask(
            models::getModelStatus, GetModelStatusRequest.newBuilder().setModelSpec(spec()).build())
        .join()
        .getModelVersionStatus(0)
        .getState();
  }

  private CompletableFuture<ModelInferResponse> infer(String version) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .setModelVersion(version)
            .addRawInputContents(ByteString.copyFrom(new byte[8]));
    request.addInputsBuilder().setName("x").setDatatype("FP32").addShape(1).addShape(2);
    return ask(kserve::modelInfer, request.build());
  }

  private CompletableFuture<PredictResponse> predict(ModelSpec.Builder spec) {
    TensorProto.Builder x = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(1);
    x.setTensorShape(
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
            .addDim(TensorShapeProto.Dim.newBuilder().setSize(2)));
    return ask(
        prediction::predict,
        PredictRequest.newBuilder().setModelSpec(spec).putInputs("x", x.build()).build());
  }

  private static ModelSpec.Builder spec() {
    return ModelSpec.newBuilder().setName("m");
  }

  private void assertInferRefused(String version, Status.Code code, String text) {
    assertRefused(infer(version), code, "Request for unknown model: 'm' " + text);
  }

  private static void assertRefused(CompletableFuture<?> answer, Status.Code code, String text) {
    assertThat(answer).isCompletedExceptionally();
    Status status = Status.fromThrowable(answer.handle((value, failure) -> failure).join());
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).isEqualTo(text);
  }

  private static <Q, A> CompletableFuture<A> ask(
      BiConsumer<Q, StreamObserver<A>> method, Q request) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    Context call = Callers.with(new Caller("somebody", Access.ALL));
    call.run(
        () ->
            method.accept(
                request,
                new StreamObserver<>() {
                  @Override
                  public void onNext(A value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                }));
    return answer;
  }

  private static final class NoControl implements RepositoryControl {
    @Override
    public CompletionStage<Void> load(ModelName model, String actor) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> unload(ModelName model, String actor) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
