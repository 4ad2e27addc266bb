package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.DatasetUpload;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.model.Permission;
import dev.millrace.server.protocol.Callers;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** One call that sends a dataset. */
final class DatasetImport
    extends UploadCall<ImportDatasetRequest, ImportDatasetResponse, DatasetUpload> {
  private final DatasetUploads uploads;
  private final Datasets datasets;
  private final Declarations declarations;
  private final String caller = Callers.current().id();

  DatasetImport(
      DatasetUploads uploads,
      Datasets datasets,
      Declarations declarations,
      ServerCallStreamObserver<ImportDatasetResponse> observer,
      StatusMapper statuses,
      Executor finishing) {
    super(observer, statuses, finishing);
    this.uploads = uploads;
    this.datasets = datasets;
    this.declarations = declarations;
  }

  @Override
  void take(ImportDatasetRequest message) {
    switch (message.getContentCase()) {
      case PLAN -> plan(DatasetCodec.decode(message.getPlan(), caller));
      case PIECE -> piece(message.getPiece());
      case CONTENT_NOT_SET -> throw empty();
    }
  }

  private void plan(DatasetPlan plan) {
    requireFirst();
    Callers.require(Permission.TRAIN, "dataset", plan.name());
    if (uploads.isThere(plan)) {
      answer(encode(datasets.read(plan.name())));
    } else {
      hold(uploads.begin(plan));
    }
  }

  @Override
  void write(DatasetUpload into, String path, long offset, ByteBuffer data) {
    into.write(path, offset, data);
  }

  @Override
  ImportDatasetResponse finish(DatasetUpload whole) {
    try (whole) {
      return encode(uploads.finish(whole));
    }
  }

  @Override
  void close(DatasetUpload held) {
    held.close();
  }

  private ImportDatasetResponse encode(LabelledDataset dataset) {
    return ImportDatasetResponse.newBuilder()
        .setDataset(DatasetCodec.encode(dataset, declarations.of(dataset.name())))
        .build();
  }
}
