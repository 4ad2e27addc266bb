package dev.millrace.server.protocol.v1;

import dev.millrace.server.catalog.ModelCatalog;
import dev.millrace.server.catalog.VersionStatus;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.DiffVersionsRequest;
import dev.millrace.v1.DiffVersionsResponse;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ListModelsRequest;
import dev.millrace.v1.ListModelsResponse;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.ModelStatusRequest;
import dev.millrace.v1.ModelStatusResponse;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** The native model service: what is served, and how it changes. Thread-safe. */
public final class ModelServiceV1 extends ModelServiceGrpc.ModelServiceImplBase {
  private final ModelCatalog catalog;
  private final ModelCodec codec;
  private final StatusMapper statuses;
  private final Executor executor;
  private final DiffCalls diffs;
  private final ImportCalls imports;
  private final Set<ModelWatch> watches = ConcurrentHashMap.newKeySet();

  /**
   * A service over the catalog.
   *
   * @param executor sends changes to watchers; must not run them on the calling thread
   */
  public ModelServiceV1(
      ModelCatalog catalog,
      ModelCodec codec,
      StatusMapper statuses,
      Executor executor,
      DiffCalls diffs,
      ImportCalls imports) {
    this.catalog = catalog;
    this.codec = codec;
    this.statuses = statuses;
    this.executor = executor;
    this.diffs = diffs;
    this.imports = imports;
  }

  @Override
  public void modelStatus(
      ModelStatusRequest request, StreamObserver<ModelStatusResponse> observer) {
    try {
      ModelReference reference = ModelReference.parse(request.getModel());
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
          models.keySet().stream().filter(model -> page.isAfterToken(model.id())).toList();
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
  public void diffVersions(
      DiffVersionsRequest request, StreamObserver<DiffVersionsResponse> observer) {
    answer(observer, () -> diffs.diff(request));
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
