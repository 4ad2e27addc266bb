package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.repository.ImportPlan;
import dev.millrace.server.repository.StagedImport;
import dev.millrace.server.rollout.Imports;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call that sends an upload. Takes the next message when the one before is on the disk, so that
 * no upload piles up in memory. Its events come one after the other.
 */
final class ImportCall implements StreamObserver<ImportVersionRequest> {
  private static final int LARGEST_PIECE = 4 << 20;

  private final Imports imports;
  private final ServerCallStreamObserver<ImportVersionResponse> observer;
  private final StatusMapper statuses;
  private final Executor finishing;
  private final String actor;
  private @Nullable StagedImport upload;
  private boolean ended;

  ImportCall(
      Imports imports,
      ServerCallStreamObserver<ImportVersionResponse> observer,
      StatusMapper statuses,
      Executor finishing,
      String actor) {
    this.imports = imports;
    this.observer = observer;
    this.statuses = statuses;
    this.finishing = finishing;
    this.actor = actor;
  }

  void begin() {
    observer.disableAutoRequest();
    observer.setOnCancelHandler(this::release);
    observer.setOnCloseHandler(this::release);
    observer.request(1);
  }

  @Override
  public void onNext(ImportVersionRequest message) {
    if (ended) {
      return;
    }
    try {
      switch (message.getContentCase()) {
        case PLAN -> plan(ImportCalls.decode(message.getPlan()));
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
    StagedImport whole = upload;
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

  private void plan(ImportPlan plan) {
    if (upload != null) {
      throw invalid("the plan came twice");
    }
    if (answerPublished(plan)) {
      return;
    }
    upload = imports.begin(plan);
    // Another call may have finished it in between.
    if (answerPublished(plan)) {
      imports.abandon(upload);
      upload = null;
    }
  }

  private boolean answerPublished(ImportPlan plan) {
    Optional<Imports.Imported> published = imports.published(plan);
    if (published.isEmpty()) {
      return false;
    }
    ended = true;
    answer(published.get());
    return true;
  }

  private void write(FilePiece piece) {
    StagedImport into = upload;
    if (into == null) {
      throw invalid("the first message must be the plan");
    }
    if (piece.getData().size() > LARGEST_PIECE) {
      throw invalid("a piece has more than the " + LARGEST_PIECE + " bytes that are taken");
    }
    into.write(piece.getPath(), piece.getOffset(), piece.getData().asReadOnlyByteBuffer());
  }

  private void finish(StagedImport whole) {
    Imports.Imported imported;
    try {
      imported = imports.finish(whole, actor);
    } catch (RuntimeException | Error refused) {
      observer.onError(statuses.toStatus(refused));
      return;
    }
    answer(imported);
  }

  private void answer(Imports.Imported imported) {
    observer.onNext(
        ImportVersionResponse.newBuilder()
            .setVersion(imported.version().resource())
            .setDigest(imported.digest())
            .build());
    observer.onCompleted();
  }

  private void refuse(RuntimeException refused) {
    ended = true;
    release();
    observer.onError(statuses.toStatus(refused));
  }

  private void release() {
    ended = true;
    StagedImport held = upload;
    upload = null;
    if (held != null) {
      held.close();
    }
  }

  private static ServingException invalid(String why) {
    return new ServingException(ErrorReason.IMPORT_INVALID, why);
  }
}
