package dev.millrace.server.gateway.rest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Map;

/**
 * A reply of a REST wire.
 *
 * @param status HTTP's number
 * @param contentType empty for a reply without a body
 * @param headers other headers
 * @param parts the body, in pieces that are not copied together
 */
public record RestReply(
    int status, String contentType, Map<String, String> headers, List<ByteString> parts) {
  /** The type of documents. */
  public static final String JSON = "application/json";

  /** A reply that is a document. */
  public static RestReply json(int status, byte[] document) {
    return new RestReply(
        status, JSON, Map.of(), List.of(UnsafeByteOperations.unsafeWrap(document)));
  }

  /** A reply without a body. */
  public static RestReply empty(int status) {
    return new RestReply(status, "", Map.of(), List.of());
  }
}
