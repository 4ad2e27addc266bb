package dev.millrace.server.protocol.v1;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.rollout.Moved;
import dev.millrace.v1.DeleteVersionRequest;
import dev.millrace.v1.DeleteVersionResponse;
import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.DiffVersionsResponse;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ListDisagreementsRequest;
import dev.millrace.v1.ListDisagreementsResponse;
import dev.millrace.v1.ListHistoryRequest;
import dev.millrace.v1.ListHistoryResponse;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ListModelsResponse;
import dev.millrace.v1.LoadVersionRequest;
import dev.millrace.v1.LoadVersionResponse;
import dev.millrace.v1.Model;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.PromoteRequest;
import dev.millrace.v1.PromoteResponse;
import dev.millrace.v1.RollbackRequest;
import dev.millrace.v1.RollbackResponse;
import dev.millrace.v1.SetLabelRequest;
import dev.millrace.v1.SetLabelResponse;
import dev.millrace.v1.SetTrafficRequest;
import dev.millrace.v1.SetTrafficResponse;
import dev.millrace.v1.UnloadVersionRequest;
import dev.millrace.v1.UnloadVersionResponse;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The native model service: what is served, and how it changes. Thread-safe. */
public final class ModelServiceV1 extends ModelServiceGrpc.ModelServiceImplBase {
  private final ModelCatalog catalog;
  private final ModelCodec codec;
  private final UnaryOperator<ModelReference> labels;
  private final TrafficCalls traffic;
  private final StatusMapper statuses;
  private final Executor executor;
  private final DiffCalls diffs;
  private final VersionCalls versions;
  private final ImportCalls imports;
  private final Set<ModelWatch> watches = ConcurrentHashMap.newKeySet();

  /**
   * A service over the catalog.
   *
   * @param labels puts a version's number in place of a label that is known
   * @param traffic the calls about shares of traffic
   * @param executor sends changes to watchers; must not run them on the calling thread
   */
  public ModelServiceV1(
      ModelCatalog catalog,
      ModelCodec codec,
      UnaryOperator<ModelReference> labels,
      TrafficCalls traffic,
      StatusMapper statuses,
      Executor executor,
      DiffCalls diffs,
      VersionCalls versions,
      ImportCalls imports) {
    this.catalog = catalog;
    this.codec = codec;
    this.labels = labels;
    this.traffic = traffic;
    this.statuses = statuses;
    this.executor = executor;
    this.diffs = diffs;
    this.versions = versions;
    this.imports = imports;
  }

  @Override
  public void modelStatus(
      ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
    try {
      ModelReference reference = labels.apply(ModelReference.parse(request.getModel()));
      List<VersionStatus> versions = catalog.statuses(reference);
      observer.onNext(
          ModelStatusResponse.newBuilder()
              .setModel(codec.encode(reference.model(), versions))
              .build());
      observer.onCompleted();
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
    }
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    try {
      Page page = Page.of(request.getPageSize(), request.getPageToken());
      SortedMap<ModelName, List<VersionStatus>> models = catalog.statuses();
      List<ModelName> rest =
          models.keySet().stream()
              .filter(model -> page.isAfterToken(model.id()))
              .filter(Callers::see)
              .toList();
      ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
      for (ModelName model : rest.subList(0, Math.min(rest.size(), page.size()))) {
        response.addModels(codec.encode(model, models.getOrDefault(model, List.of())));
      }
      if (rest.size() > page.size()) {
        response.setNextPageToken(Page.tokenAfter(rest.get(page.size() - 1).id()));
      }
      observer.onNext(response.build());
      observer.onCompleted();
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
    }
  }

  @Override
  public void watchModel(WatchModelRequest request, StreamObserver<WatchModelResponse> observer) {
    try {
      ModelReference reference = ModelReference.parse(request.getModel());
      catalog.statuses(reference);
      ModelWatch watch =
          new ModelWatch(
              reference.model(),
              codec,
              (ServerCallStreamObserver<WatchModelResponse>) observer,
              executor);
      watches.add(watch);
      watch.begin(catalog, () -> watches.remove(watch));
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
    }
  }

  @Override
  public void setTraffic(SetTrafficRequest request, StreamObserver<SetTrafficResponse> observer) {
    answer(
        observer,
        () ->
            SetTrafficResponse.newBuilder().setModel(encode(traffic.setTraffic(request))).build());
  }

  @Override
  public void listDisagreements(
      ListDisagreementsRequest request, StreamObserver<ListDisagreementsResponse> observer) {
    answer(observer, () -> traffic.listDisagreements(request));
  }

  @Override
  public void diffVersions(
      DiffVersionsRequest request, StreamObserver<DiffVersionsResponse> observer) {
    answer(observer, () -> diffs.diff(request));
  }

  @Override
  public void loadVersion(
      LoadVersionRequest request, StreamObserver<LoadVersionResponse> observer) {
    answer(
        observer,
        () -> LoadVersionResponse.newBuilder().setModel(encode(versions.load(request))).build());
  }

  @Override
  public void unloadVersion(
      UnloadVersionRequest request, StreamObserver<UnloadVersionResponse> observer) {
    answer(
        observer,
        () ->
            UnloadVersionResponse.newBuilder().setModel(encode(versions.unload(request))).build());
  }

  @Override
  public void deleteVersion(
      DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> observer) {
    answer(
        observer,
        () ->
            DeleteVersionResponse.newBuilder().setModel(encode(versions.delete(request))).build());
  }

  @Override
  public void setLabel(SetLabelRequest request, StreamObserver<SetLabelResponse> observer) {
    answer(
        observer,
        () -> SetLabelResponse.newBuilder().setModel(encode(versions.setLabel(request))).build());
  }

  @Override
  public void promote(PromoteRequest request, StreamObserver<PromoteResponse> observer) {
    answer(
        observer,
        () -> {
          ModelName model = VersionCalls.version(request.getName()).model();
          Moved moved = versions.promote(request);
          return PromoteResponse.newBuilder()
              .setModel(encode(model))
              .setFormerVersion(name(model, moved.from()))
              .setChampionVersion(name(model, moved.to()))
              .build();
        });
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<RollbackResponse> observer) {
    CompletionStage<Moved> moving;
    try {
      moving = versions.rollBack(request);
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    moving.whenComplete(
        (moved, failure) ->
            answer(
                observer,
                () -> {
                  if (failure != null) {
                    throw statuses.toStatus(failure);
                  }
                  ModelName model = VersionCalls.model(request.getModel());
                  return RollbackResponse.newBuilder()
                      .setModel(encode(model))
                      .setLeftVersion(name(model, moved.from()))
                      .setRestoredVersion(name(model, moved.to()))
                      .build();
                }));
  }

  @Override
  public void listHistory(
      ListHistoryRequest request, StreamObserver<ListHistoryResponse> observer) {
    answer(observer, () -> versions.history(request));
  }

  private static String name(ModelName model, long version) {
    return version == 0 ? "" : new VersionId(model, version).resource();
  }

  private Model encode(ModelName model) {
    return codec.encode(model, catalog.statuses(model).orElse(List.of()));
  }

  @Override
  public StreamObserver<ImportVersionRequest> importVersion(
      StreamObserver<ImportVersionResponse> observer) {
    return imports.begin((ServerCallStreamObserver<ImportVersionResponse>) observer);
  }

  @Override
  public void getImport(GetImportRequest request, StreamObserver<GetImportResponse> observer) {
    answer(observer, () -> imports.progress(request));
  }

  private <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
    T response;
    try {
      response = call.get();
    } catch (StatusRuntimeException worded) {
      observer.onError(worded);
      return;
    } catch (RuntimeException refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  /** Ends every watch with DRAINING, for the server's stop. */
  public void endWatches() {
    ServingException draining =
        new ServingException(ErrorReason.DRAINING, "the server is stopping; watch another one");
    watches.forEach(watch -> watch.end(statuses.toStatus(draining)));
  }
}
