package dev.millrace.server.protocol.v1;

import dev.millrace.server.dataset.DatasetPlan;
import dev.millrace.server.dataset.DatasetUpload;
import dev.millrace.server.dataset.DatasetUploads;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.LabelledDataset;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call that sends a dataset. Takes the next message when the one before is on the disk, so that
 * no upload piles up in memory. Its events come one after the other.
 */
final class DatasetImport implements StreamObserver<ImportDatasetRequest> {
  private static final int LARGEST_PIECE = 4 << 20;

  private final DatasetUploads uploads;
  private final Datasets datasets;
  private final ServerCallStreamObserver<ImportDatasetResponse> observer;
  private final StatusMapper statuses;
  private final Executor finishing;
  private @Nullable DatasetUpload upload;
  private boolean ended;

  DatasetImport(
      DatasetUploads uploads,
      Datasets datasets,
      ServerCallStreamObserver<ImportDatasetResponse> observer,
      StatusMapper statuses,
      Executor finishing) {
    this.uploads = uploads;
    this.datasets = datasets;
    this.observer = observer;
    this.statuses = statuses;
    this.finishing = finishing;
  }

  void begin() {
    observer.disableAutoRequest();
    observer.setOnCancelHandler(this::release);
    observer.setOnCloseHandler(this::release);
    observer.request(1);
  }

  @Override
  public void onNext(ImportDatasetRequest message) {
    if (ended) {
      return;
    }
    try {
      switch (message.getContentCase()) {
        case PLAN -> plan(DatasetCodec.decode(message.getPlan()));
        case PIECE -> write(message.getPiece());
        case CONTENT_NOT_SET -> throw invalid("a message has neither a plan nor a piece");
      }
      if (!ended) {
        observer.request(1);
      }
    } catch (RuntimeException refused) {
      refuse(refused);
    }
  }

  @Override
  public void onError(Throwable broken) {
    release();
  }

  @Override
  public void onCompleted() {
    if (ended) {
      return;
    }
    DatasetUpload whole = upload;
    if (whole == null) {
      refuse(invalid("the first message must be the plan"));
      return;
    }
    // From here on the upload is the other thread's.
    upload = null;
    ended = true;
    try {
      finishing.execute(() -> finish(whole));
    } catch (RejectedExecutionException stopping) {
      whole.close();
      observer.onError(
          statuses.toStatus(
              new ServingException(ErrorReason.DRAINING, "the server is stopping; try again")));
    }
  }

  private void plan(DatasetPlan plan) {
    if (upload != null) {
      throw invalid("the plan came twice");
    }
    if (uploads.isThere(plan)) {
      LabelledDataset same = datasets.read(plan.name());
      ended = true;
      answer(same);
      return;
    }
    upload = uploads.begin(plan);
  }

  private void write(FilePiece piece) {
    DatasetUpload into = upload;
    if (into == null) {
      throw invalid("the first message must be the plan");
    }
    if (piece.getData().size() > LARGEST_PIECE) {
      throw invalid("a piece has more than the " + LARGEST_PIECE + " bytes that are taken");
    }
    into.write(piece.getPath(), piece.getOffset(), piece.getData().asReadOnlyByteBuffer());
  }

  private void finish(DatasetUpload whole) {
    LabelledDataset dataset;
    try (whole) {
      dataset = uploads.finish(whole);
    } catch (RuntimeException | Error refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    answer(dataset);
  }

  private void answer(LabelledDataset dataset) {
    observer.onNext(
        ImportDatasetResponse.newBuilder().setDataset(DatasetCodec.encode(dataset)).build());
    observer.onCompleted();
  }

  private void refuse(RuntimeException refused) {
    ended = true;
    release();
    observer.onError(statuses.toStatus(refused));
  }

  private void release() {
    ended = true;
    DatasetUpload held = upload;
    upload = null;
    if (held != null) {
      held.close();
    }
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }
}
