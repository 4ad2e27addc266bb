package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetFacts;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.dataset.KnownDatasets;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.privacy.DatasetDeletions;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.Dataset;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.DeleteDatasetRequest;
import dev.millrace.v1.DeleteDatasetResponse;
import dev.millrace.v1.GetDatasetRequest;
import dev.millrace.v1.GetDatasetResponse;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import dev.millrace.v1.ListDatasetsRequest;
import dev.millrace.v1.ListDatasetsResponse;
import dev.millrace.v1.ListDeletionsRequest;
import dev.millrace.v1.ListDeletionsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The native wire of datasets. Thread-safe. */
public final class DatasetServiceV1 extends DatasetServiceGrpc.DatasetServiceImplBase {
  private final Datasets datasets;
  private final Declarations declarations;
  private final KnownDatasets known;
  private final DatasetUploads uploads;
  private final DatasetDeletions deletions;
  private final StatusMapper statuses;
  private final Executor finishing;

  /**
   * A service.
   *
   * @param finishing checks uploads that are whole, and reads and deletes datasets, which may take
   *     seconds
   */
  public DatasetServiceV1(
      Datasets datasets,
      Declarations declarations,
      DatasetUploads uploads,
      DatasetDeletions deletions,
      StatusMapper statuses,
      Executor finishing) {
    this.datasets = datasets;
    this.declarations = declarations;
    this.known = new KnownDatasets(datasets);
    this.uploads = uploads;
    this.deletions = deletions;
    this.statuses = statuses;
    this.finishing = finishing;
  }

  @Override
  public void listDatasets(
      ListDatasetsRequest request, StreamObserver<ListDatasetsResponse> observer) {
    Answers.send(
        observer,
        () -> {
          ListDatasetsResponse.Builder response = ListDatasetsResponse.newBuilder();
          for (String name : datasets.names().stream().filter(SeenDatasets::isSeen).toList()) {
            response.addDatasets(
                DatasetCodec.declared(
                    Dataset.newBuilder()
                        .setName(DatasetCodec.resource(name))
                        .setKind(DatasetCodec.encode(datasets.kind(name))),
                    declarations.of(name)));
          }
          return response.build();
        },
        statuses::toStatus);
  }

  @Override
  public void getDataset(GetDatasetRequest request, StreamObserver<GetDatasetResponse> observer) {
    Answers.send(
        observer,
        facts(request.getName()),
        facts ->
            GetDatasetResponse.newBuilder()
                .setDataset(DatasetCodec.encode(facts, declarations.of(facts.name())))
                .build(),
        statuses::toStatus);
  }

  @Override
  public void deleteDataset(
      DeleteDatasetRequest request, StreamObserver<DeleteDatasetResponse> observer) {
    String caller = Callers.current().id();
    try {
      finishing.execute(
          () -> Answers.send(observer, () -> delete(request, caller), statuses::toStatus));
    } catch (RejectedExecutionException stopping) {
      observer.onError(
          statuses.toStatus(
              new ServingException(ErrorReason.DRAINING, "the server is stopping; try again")));
    }
  }

  private DeleteDatasetResponse delete(DeleteDatasetRequest request, String caller) {
    String name = DatasetCodec.name(request.getName());
    DeleteDatasetResponse response =
        DeleteDatasetResponse.newBuilder()
            .setReceipt(
                ReceiptCodec.encode(
                    deletions.delete(name, request.getWithVersions(), caller, request.getReason())))
            .build();
    // Its labels were its callers' words.
    known.forget(name);
    return response;
  }

  @Override
  public void listDeletions(
      ListDeletionsRequest request, StreamObserver<ListDeletionsResponse> observer) {
    Answers.send(
        observer,
        () ->
            ListDeletionsResponse.newBuilder()
                .addAllReceipts(deletions.all().stream().map(ReceiptCodec::encode).toList())
                .build(),
        statuses::toStatus);
  }

  /** Reading a dataset takes time and memory, so that it is done by one thread and seldom. */
  private CompletionStage<DatasetFacts> facts(String resource) {
    CompletableFuture<DatasetFacts> facts = new CompletableFuture<>();
    try {
      String name = DatasetCodec.name(resource);
      SeenDatasets.require(name);
      Optional<DatasetFacts> found = known.find(name);
      if (found.isPresent()) {
        facts.complete(found.get());
      } else {
        finishing.execute(() -> read(name, facts));
      }
    } catch (RejectedExecutionException stopping) {
      facts.completeExceptionally(
          new ServingException(ErrorReason.DRAINING, "the server is stopping; try again"));
    } catch (RuntimeException refused) {
      facts.completeExceptionally(refused);
    }
    return facts;
  }

  private void read(String name, CompletableFuture<DatasetFacts> facts) {
    try {
      facts.complete(known.read(name));
    } catch (RuntimeException | Error refused) {
      facts.completeExceptionally(refused);
    }
  }

  @Override
  public StreamObserver<ImportDatasetRequest> importDataset(
      StreamObserver<ImportDatasetResponse> observer) {
    DatasetImport call =
        new DatasetImport(
            uploads,
            known,
            declarations,
            (ServerCallStreamObserver<ImportDatasetResponse>) observer,
            statuses,
            finishing);
    call.begin();
    return call;
  }
}
