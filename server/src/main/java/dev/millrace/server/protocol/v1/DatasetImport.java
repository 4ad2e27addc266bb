package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetFacts;
import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.DatasetUpload;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.dataset.KnownDatasets;
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
  private final KnownDatasets known;
  private final Declarations declarations;
  private final String caller = Callers.current().id();

  DatasetImport(
      DatasetUploads uploads,
      KnownDatasets known,
      Declarations declarations,
      ServerCallStreamObserver<ImportDatasetResponse> observer,
      StatusMapper statuses,
      Executor finishing) {
    super(observer, statuses, finishing);
    this.uploads = uploads;
    this.known = known;
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
      answerLater(() -> encode(known.read(plan.name())));
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
      return encode(DatasetFacts.of(uploads.finish(whole)));
    }
  }

  @Override
  void close(DatasetUpload held) {
    held.close();
  }

  private ImportDatasetResponse encode(DatasetFacts facts) {
    return ImportDatasetResponse.newBuilder()
        .setDataset(DatasetCodec.encode(facts, declarations.of(facts.name())))
        .build();
  }
}
