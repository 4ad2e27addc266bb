package dev.millrace.client.testing;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.millrace.v1.GetImportRequest;
import dev.millrace.v1.GetImportResponse;
import dev.millrace.v1.ImportPlan;
import dev.millrace.v1.ImportVersionRequest;
import dev.millrace.v1.ImportVersionResponse;
import dev.millrace.v1.ModelServiceGrpc;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.TreeMap;

/** Takes uploads into memory, and fails as a test wants it. */
public final class FakeImports extends ModelServiceGrpc.ModelServiceImplBase {
  private final Map<String, ByteArrayOutputStream> files = new TreeMap<>();
  private ImportPlan plan = ImportPlan.getDefaultInstance();
  private int attempts;
  private int piecesLeft = Integer.MAX_VALUE;
  private int busy;
  private boolean refusing;

  /** The connection breaks once after so many pieces. */
  public synchronized void breakAfter(int pieces) {
    piecesLeft = pieces;
  }

  /** So many calls are told that another one is under way. */
  public synchronized void busyFor(int calls) {
    busy = calls;
  }

  /** The model is refused once it is whole. */
  public synchronized void refuse() {
    refusing = true;
  }

  public synchronized ImportPlan plan() {
    return plan;
  }

  public synchronized int attempts() {
    return attempts;
  }

  public synchronized byte[] content(String path) {
    return file(path).toByteArray();
  }

  @Override
  public StreamObserver<ImportVersionRequest> importVersion(
      StreamObserver<ImportVersionResponse> answer) {
    synchronized (this) {
      attempts++;
    }
    return new StreamObserver<>() {
      private boolean ended;

      @Override
      public void onNext(ImportVersionRequest request) {
        synchronized (FakeImports.this) {
          if (ended) {
            return;
          }
          if (request.hasPlan()) {
            plan = request.getPlan();
            if (busy-- > 0) {
              fail(busyStatus());
            }
            return;
          }
          if (piecesLeft-- == 0) {
            fail(Status.UNAVAILABLE.asRuntimeException());
            return;
          }
          ByteArrayOutputStream file = file(request.getPiece().getPath());
          if (file.size() != request.getPiece().getOffset()) {
            fail(FakeServer.error(Status.Code.INVALID_ARGUMENT, "IMPORT_INVALID"));
            return;
          }
          file.writeBytes(request.getPiece().getData().toByteArray());
        }
      }

      @Override
      public void onError(Throwable broken) {
        ended = true;
      }

      @Override
      public void onCompleted() {
        synchronized (FakeImports.this) {
          if (ended) {
            return;
          }
          if (refusing) {
            fail(FakeServer.error(Status.Code.FAILED_PRECONDITION, "MODEL_REFUSED"));
            return;
          }
          answer.onNext(
              ImportVersionResponse.newBuilder()
                  .setVersion("models/m/versions/4")
                  .setDigest("d")
                  .build());
          answer.onCompleted();
        }
      }

      private void fail(RuntimeException status) {
        ended = true;
        answer.onError(status);
      }
    };
  }

  @Override
  public synchronized void getImport(
      GetImportRequest request, StreamObserver<GetImportResponse> observer) {
    GetImportResponse.Builder response = GetImportResponse.newBuilder();
    files.forEach((path, content) -> response.putReceivedBytes(path, content.size()));
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private ByteArrayOutputStream file(String path) {
    return files.computeIfAbsent(path, p -> new ByteArrayOutputStream());
  }

  private static RuntimeException busyStatus() {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("IMPORT_INVALID")
                        .putMetadata("busy", "true")
                        .build()))
            .build());
  }
}
