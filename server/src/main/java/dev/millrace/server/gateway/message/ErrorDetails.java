package dev.millrace.server.gateway.message;

import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RequestInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import java.util.List;

/** The details that errors of this server carry. */
final class ErrorDetails {
  static final List<Message> PROTOTYPES =
      List.of(
          ErrorInfo.getDefaultInstance(),
          BadRequest.getDefaultInstance(),
          ResourceInfo.getDefaultInstance(),
          PreconditionFailure.getDefaultInstance(),
          QuotaFailure.getDefaultInstance(),
          RetryInfo.getDefaultInstance(),
          RequestInfo.getDefaultInstance());

  private ErrorDetails() {}
}
