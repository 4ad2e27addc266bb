package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.protocol.Answers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.Dataset;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.GetDatasetRequest;
import dev.millrace.v1.GetDatasetResponse;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import dev.millrace.v1.ListDatasetsRequest;
import dev.millrace.v1.ListDatasetsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** The native wire of datasets. Thread-safe. */
public final class DatasetServiceV1 extends DatasetServiceGrpc.DatasetServiceImplBase {
  private final Datasets datasets;
  private final DatasetUploads uploads;
  private final StatusMapper statuses;
  private final Executor finishing;

  /**
   * A service.
   *
   * @param finishing checks uploads that are whole, which may take seconds
   */
  public DatasetServiceV1(
      Datasets datasets, DatasetUploads uploads, StatusMapper statuses, Executor finishing) {
    this.datasets = datasets;
    this.uploads = uploads;
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
                Dataset.newBuilder()
                    .setName(DatasetCodec.resource(name))
                    .setKind(DatasetCodec.encode(datasets.kind(name))));
          }
          return response.build();
        },
        statuses::toStatus);
  }

  @Override
  public void getDataset(GetDatasetRequest request, StreamObserver<GetDatasetResponse> observer) {
    Answers.send(
        observer,
        () -> {
          String name = DatasetCodec.name(request.getName());
          SeenDatasets.require(name);
          return GetDatasetResponse.newBuilder()
              .setDataset(DatasetCodec.encode(datasets.read(name)))
              .build();
        },
        statuses::toStatus);
  }

  @Override
  public StreamObserver<ImportDatasetRequest> importDataset(
      StreamObserver<ImportDatasetResponse> observer) {
    DatasetImport call =
        new DatasetImport(
            uploads,
            datasets,
            (ServerCallStreamObserver<ImportDatasetResponse>) observer,
            statuses,
            finishing);
    call.begin();
    return call;
  }
}
