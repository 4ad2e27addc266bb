package dev.millrace.server.gateway.v1;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.millrace.server.gateway.message.MessageJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The forms in which an answer can be sent. */
enum AnswerForm {
  JSON,
  PROTOBUF;

  private static final MediaType PROTOBUF_TYPE = MediaType.create("application", "x-protobuf");

  /** Protobuf for those who ask for it first, JSON for all others. */
  static AnswerForm of(RequestHeaders headers) {
    for (MediaType type : headers.accept()) {
      if (RequestMessage.isBinary(type)) {
        return PROTOBUF;
      }
      if (type.belongsTo(MediaType.ANY_TYPE) || MediaType.JSON.belongsTo(type)) {
        return JSON;
      }
    }
    return JSON;
  }

  HttpResponse response(Message answer, ByteBufAllocator allocator) {
    ResponseHeaders headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(this == JSON ? MediaType.JSON_UTF_8 : PROTOBUF_TYPE)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build();
    int size = answer.getSerializedSize();
    ByteBuf bytes = allocator.buffer(this == JSON ? Math.max(256, 2 * size) : size);
    try (ByteBufOutputStream stream = new ByteBufOutputStream(bytes)) {
      if (this == JSON) {
        MessageJson.write(answer, stream);
        // A terminal's prompt begins a line of its own.
        stream.write('\n');
      } else {
        answer.writeTo(stream);
      }
    } catch (IOException | RuntimeException failed) {
      bytes.release();
      throw failed instanceof IOException broken
          ? new UncheckedIOException(broken)
          : (RuntimeException) failed;
    }
    return HttpResponse.of(headers, HttpData.wrap(bytes));
  }
}
