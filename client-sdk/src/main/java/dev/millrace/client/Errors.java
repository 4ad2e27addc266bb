package dev.millrace.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Reads what a server says of a failed call. The only place that does. */
final class Errors {
  private Errors() {}

  static MillraceException of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof MillraceException known) {
      return known;
    }
    io.grpc.Status status =
        cause instanceof StatusRuntimeException || cause instanceof StatusException
            ? io.grpc.Status.fromThrowable(cause)
            : io.grpc.Status.UNKNOWN.withDescription(cause.toString());
    Status details = StatusProto.fromThrowable(cause);
    String reason = "";
    Map<String, String> metadata = Map.of();
    List<MillraceException.FieldViolation> violations = new ArrayList<>();
    for (Any detail : details == null ? List.<Any>of() : details.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          metadata = info.getMetadataMap();
        } else if (detail.is(BadRequest.class)) {
          for (BadRequest.FieldViolation violation :
              detail.unpack(BadRequest.class).getFieldViolationsList()) {
            violations.add(
                new MillraceException.FieldViolation(
                    violation.getField(), violation.getDescription()));
          }
        }
      } catch (InvalidProtocolBufferException unreadable) {
        // A detail that cannot be read tells nothing more than the code does.
        continue;
      }
    }
    String message =
        status.getDescription() == null ? status.getCode().name() : status.getDescription();
    ErrorCode code = status.isOk() ? ErrorCode.UNKNOWN : ErrorCode.valueOf(status.getCode().name());
    return new MillraceException(code, reason, message, metadata, violations, cause);
  }
}
