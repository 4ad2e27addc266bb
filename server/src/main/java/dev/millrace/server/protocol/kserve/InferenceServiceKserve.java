package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.LogSettingsRequest;
import dev.millrace.proto.inference.LogSettingsResponse;
import dev.millrace.proto.inference.ModelConfigRequest;
import dev.millrace.proto.inference.ModelConfigResponse;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.proto.inference.ModelMetadataRequest;
import dev.millrace.proto.inference.ModelMetadataResponse;
import dev.millrace.proto.inference.ModelReadyRequest;
import dev.millrace.proto.inference.ModelReadyResponse;
import dev.millrace.proto.inference.ModelStatisticsRequest;
import dev.millrace.proto.inference.ModelStatisticsResponse;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import dev.millrace.proto.inference.RepositoryIndexRequest;
import dev.millrace.proto.inference.RepositoryIndexResponse;
import dev.millrace.proto.inference.RepositoryModelLoadRequest;
import dev.millrace.proto.inference.RepositoryModelLoadResponse;
import dev.millrace.proto.inference.RepositoryModelUnloadRequest;
import dev.millrace.proto.inference.RepositoryModelUnloadResponse;
import dev.millrace.proto.inference.ServerLiveRequest;
import dev.millrace.proto.inference.ServerLiveResponse;
import dev.millrace.proto.inference.ServerMetadataRequest;
import dev.millrace.proto.inference.ServerMetadataResponse;
import dev.millrace.proto.inference.ServerReadyRequest;
import dev.millrace.proto.inference.ServerReadyResponse;
import dev.millrace.proto.inference.TraceSettingRequest;
import dev.millrace.proto.inference.TraceSettingResponse;
import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.inference.Predictor;
import dev.millrace.server.inference.statistics.ModelStatistics;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.CallHeader;
import dev.millrace.server.protocol.ServedVersions;
import dev.millrace.server.protocol.StatusMapper;
import io.grpc.Context;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The Open Inference Protocol's service with Triton's extensions; shared memory is left
 * unimplemented. Thread-safe.
 */
public final class InferenceServiceKserve
    extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  // Triton's own client examples ask for this name.
  private static final String NAME = "triton";
  private static final List<String> EXTENSIONS =
      List.of(
          "classification",
          "schedule_policy",
          "model_configuration",
          "binary_tensor_data",
          "parameters",
          "statistics",
          "model_repository");

  private final BooleanSupplier ready;
  private final ServedVersions versions;
  private final StatusMapper statuses;
  private final Executor blocking;
  private final CallHeader streamErrors = new CallHeader("triton_grpc_error");
  private final TritonWording wording;
  private final InferCalls infer;
  private final MetadataCalls metadata;
  private final StatisticsCalls statistics;
  private final RepositoryCalls repository;

  /**
   * A service over the catalog and a predictor chain.
   *
   * @param ready true when the server and all its models take requests
   * @param workers runs that go on at the same time
   * @param blocking begins loads and unloads
   */
  public InferenceServiceKserve(
      ModelCatalog catalog,
      ServedVersions versions,
      Predictor predictor,
      ModelStatistics statistics,
      RepositoryControl control,
      BooleanSupplier ready,
      int workers,
      StatusMapper statuses,
      Executor blocking,
      InstantSource clock) {
    this.ready = ready;
    this.versions = versions;
    this.statuses = statuses;
    this.blocking = blocking;
    this.wording = new TritonWording(versions);
    this.infer = new InferCalls(predictor, wording, statuses, clock);
    this.metadata = new MetadataCalls(catalog, versions, workers);
    this.statistics = new StatisticsCalls(catalog, versions, statistics);
    this.repository = new RepositoryCalls(catalog, control);
  }

  /** The service with what reads its headers. */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(bindService(), streamErrors);
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    answer(observer, () -> ServerReadyResponse.newBuilder().setReady(ready.getAsBoolean()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    answer(
        observer,
        () ->
            ModelReadyResponse.newBuilder()
                .setReady(isReady(request.getName(), request.getVersion()))
                .build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    String version = InferenceServiceKserve.class.getPackage().getImplementationVersion();
    answer(
        observer,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(NAME)
                .setVersion("millrace-" + (version == null ? "development" : version))
                .addAllExtensions(EXTENSIONS)
                .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    answerOf(observer, request.getName(), request.getVersion(), metadata::metadata);
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    answerOf(
        observer,
        request.getName(),
        request.getVersion(),
        reference ->
            ModelConfigResponse.newBuilder().setConfig(metadata.config(reference)).build());
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    if (request.getName().isEmpty()) {
      answer(observer, statistics::all);
    } else {
      answerOf(observer, request.getName(), request.getVersion(), statistics::of);
    }
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    Answers.send(observer, infer.infer(request), Function.identity(), InferCalls::status);
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    InferStream stream =
        new InferStream(
            infer,
            (ServerCallStreamObserver<ModelStreamInferResponse>) observer,
            streamErrors.isOn());
    stream.begin();
    return stream;
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    answer(observer, () -> repository.index(request));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    answerLater(
        observer, () -> repository.load(request), RepositoryModelLoadResponse.getDefaultInstance());
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    answerLater(
        observer,
        () -> repository.unload(request),
        RepositoryModelUnloadResponse.getDefaultInstance());
  }

  @Override
  public void traceSetting(
      TraceSettingRequest request, StreamObserver<TraceSettingResponse> observer) {
    answer(observer, () -> SettingCalls.trace(request));
  }

  @Override
  public void logSettings(
      LogSettingsRequest request, StreamObserver<LogSettingsResponse> observer) {
    answer(observer, () -> SettingCalls.log(request));
  }

  /** False, and no error, for what is not there: clients ask until it is true. */
  private boolean isReady(String name, String version) {
    try {
      return versions.available(RequestedModel.of(name, version)).isPresent();
    } catch (ServingException noSuchName) {
      return false;
    }
  }

  private <A> void answerLater(
      StreamObserver<A> observer, Supplier<CompletionStage<Void>> call, A answer) {
    // Whoever asked is written down with the change.
    Runnable change =
        Context.current()
            .wrap(
                () -> {
                  CompletionStage<Void> done;
                  try {
                    done = call.get();
                  } catch (RuntimeException | Error refusedOrDefect) {
                    observer.onError(statuses.toStatus(refusedOrDefect));
                    return;
                  }
                  Answers.send(observer, done, nothing -> answer, statuses::toStatus);
                });
    blocking.execute(change);
  }

  private <A> void answer(StreamObserver<A> observer, Supplier<A> call) {
    Answers.send(observer, call, statuses::toStatus);
  }

  private <A> void answerOf(
      StreamObserver<A> observer, String name, String version, Function<ModelReference, A> call) {
    ModelReference reference;
    try {
      reference = RequestedModel.of(name, version);
    } catch (ServingException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    Answers.send(
        observer,
        () -> call.apply(reference),
        failure -> statuses.toStatus(failure, error -> wording.of(reference, error)));
  }
}
