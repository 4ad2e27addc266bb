package dev.millrace.server.gateway.v1;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.multipart.AggregatedBodyPart;
import com.linecorp.armeria.common.multipart.AggregatedMultipart;
import com.linecorp.armeria.common.multipart.Multipart;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.RequestBody;
import dev.millrace.server.gateway.RequestId;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.v1.DatasetPlan;
import dev.millrace.v1.DatasetServiceGrpc;
import dev.millrace.v1.FilePiece;
import dev.millrace.v1.ImportDatasetRequest;
import dev.millrace.v1.ImportDatasetResponse;
import dev.millrace.v1.ImportFile;
import io.grpc.ClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/datasets/{dataset}:upload} with files as browsers send them with a form
 * (multipart/form-data, RFC 7578): imports them as ImportDataset does. A part is a file by its
 * filename, or by its field's name where it has none. Thread-safe.
 */
final class DatasetForm {
  private static final PathTemplate PATH = PathTemplate.parse("/api/v1/{name=datasets/*}:upload");
  private static final int PIECE = 1 << 20;

  private final ServiceCalls calls;
  private final HttpErrors errors;
  private final Executor executor;

  /** A part with its name, which a dataset has as a file. */
  private record NamedFile(String name, ByteString content) {}

  /**
   * A form.
   *
   * @param executor takes the files apart
   */
  DatasetForm(ServiceCalls calls, HttpErrors errors, Executor executor) {
    this.calls = calls;
    this.errors = errors;
    this.executor = executor;
  }

  /** The dataset's resource name when the path is this one. */
  static Optional<String> dataset(String path) {
    return PATH.match(path).map(variables -> variables.getOrDefault("name", ""));
  }

  HttpResponse serve(String name, ServiceRequestContext context, HttpRequest request) {
    AnswerForm form = AnswerForm.of(request.headers());
    return HttpResponse.of(
        RequestBody.read(context, request)
            .thenCompose(body -> parts(request.contentType(), body))
            .thenComposeAsync(parts -> send(name, files(parts), context), executor)
            .thenApply(answer -> form.response(answer, context.alloc()))
            .exceptionally(failure -> errors.response(RequestId.of(context), failure)));
  }

  private static CompletableFuture<AggregatedMultipart> parts(
      @Nullable MediaType type, byte[] body) {
    List<String> boundaries = type == null ? null : type.parameters().get("boundary");
    if (type == null
        || !type.is(MediaType.MULTIPART_FORM_DATA)
        || boundaries == null
        || boundaries.isEmpty()) {
      throw new ServingException(
          ErrorReason.MEDIA_TYPE_UNSUPPORTED,
          "send the files as multipart/form-data, such as with curl -F file=@reviews.csv");
    }
    return Multipart.from(boundaries.get(0), StreamMessage.of(HttpData.wrap(body)))
        .aggregate()
        .exceptionally(
            malformed -> {
              throw new ServingException(
                      ErrorReason.REQUEST_MALFORMED, "the body is not what multipart/form-data has")
                  .causedBy(malformed);
            });
  }

  private static List<NamedFile> files(AggregatedMultipart parts) {
    List<NamedFile> files = new ArrayList<>();
    for (AggregatedBodyPart part : parts.bodyParts()) {
      String given = part.filename() == null ? part.name() : part.filename();
      if (given == null || given.isEmpty()) {
        throw new ServingException(
            ErrorReason.REQUEST_MALFORMED, "a part of the form has neither a filename nor a name");
      }
      files.add(new NamedFile(given, UnsafeByteOperations.unsafeWrap(part.content().array())));
    }
    return files;
  }

  private CompletableFuture<ImportDatasetResponse> send(
      String name, List<NamedFile> files, ServiceRequestContext context) {
    CompletableFuture<ImportDatasetResponse> answer = new CompletableFuture<>();
    ClientCall<ImportDatasetRequest, ImportDatasetResponse> call =
        calls.newCall(context, DatasetServiceGrpc.getImportDatasetMethod());
    StreamObserver<ImportDatasetRequest> messages =
        ClientCalls.asyncClientStreamingCall(call, new Answer(answer));
    calls.cancelWith(context, call);
    messages.onNext(ImportDatasetRequest.newBuilder().setPlan(plan(name, files)).build());
    for (NamedFile file : files) {
      for (int from = 0; from < file.content().size() && !answer.isDone(); from += PIECE) {
        int to = Math.min(file.content().size(), from + PIECE);
        messages.onNext(
            ImportDatasetRequest.newBuilder()
                .setPiece(
                    FilePiece.newBuilder()
                        .setPath(file.name())
                        .setOffset(from)
                        .setData(file.content().substring(from, to)))
                .build());
      }
    }
    if (!answer.isDone()) {
      messages.onCompleted();
    }
    return answer;
  }

  private static DatasetPlan plan(String name, List<NamedFile> files) {
    DatasetPlan.Builder plan = DatasetPlan.newBuilder().setName(name);
    for (NamedFile file : files) {
      plan.addFiles(
          ImportFile.newBuilder()
              .setPath(file.name())
              .setSizeBytes(file.content().size())
              .setSha256(sha256(file.content())));
    }
    return plan.build();
  }

  private static String sha256(ByteString content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content.asReadOnlyByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }

  /** The only answer of the call, or why there is none. */
  private record Answer(CompletableFuture<ImportDatasetResponse> answer)
      implements StreamObserver<ImportDatasetResponse> {
    @Override
    public void onNext(ImportDatasetResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable refused) {
      answer.completeExceptionally(refused);
    }

    @Override
    public void onCompleted() {
      // The answer has come.
    }
  }
}
