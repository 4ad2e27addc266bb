package dev.millrace.server.protocol.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.millrace.server.audit.Decision;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;

/** What a call's end says of a change. Stateless. */
final class Outcomes {
  private Outcomes() {}

  /** What was decided. */
  static Decision decision(Status status) {
    return switch (status.getCode()) {
      case OK -> Decision.ALLOWED;
      case UNAUTHENTICATED, PERMISSION_DENIED -> Decision.DENIED;
      case CANCELLED -> Decision.UNKNOWN;
      default -> Decision.FAILED;
    };
  }

  /** The error's reason, or else its code; never its words, which may hold what was sent. */
  static String reason(Status status, Metadata trailers) {
    if (status.isOk()) {
      return "";
    }
    com.google.rpc.Status full = StatusProto.fromStatusAndTrailers(status, trailers);
    for (com.google.protobuf.Any detail : full.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException foreign) {
          break;
        }
      }
    }
    return status.getCode().name();
  }
}
