package dev.millrace.server.protocol;

import com.google.protobuf.MessageLite;
import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way through a transport: within the process it is taken out as it is, and only a
 * socket has it written. Not thread-safe; read once.
 */
final class MessageStream extends InputStream implements KnownLength, Drainable, Detachable {
  private final MessageLite message;
  private @Nullable InputStream bytes;

  MessageStream(MessageLite message) {
    this.message = message;
  }

  /** The message of a stream that is one, of the wanted type, and unread. */
  static @Nullable MessageLite messageOf(InputStream stream, MessageLite prototype) {
    return stream instanceof MessageStream known
            && known.bytes == null
            && known.message.getClass() == prototype.getClass()
        ? known.message
        : null;
  }

  @Override
  public int available() throws IOException {
    return bytes == null ? message.getSerializedSize() : bytes.available();
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    if (bytes != null) {
      return Math.toIntExact(bytes.transferTo(target));
    }
    int size = message.getSerializedSize();
    message.writeTo(target);
    bytes = InputStream.nullInputStream();
    return size;
  }

  @Override
  public int read() throws IOException {
    return written().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return written().read(target, offset, length);
  }

  /** True, since gRPC would put a buffer around a stream that cannot, and the message were lost. */
  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public synchronized void mark(int limit) {
    written().mark(limit);
  }

  @Override
  public synchronized void reset() throws IOException {
    written().reset();
  }

  @Override
  public InputStream detach() {
    return this;
  }

  private InputStream written() {
    if (bytes == null) {
      bytes = new ByteArrayInputStream(message.toByteArray());
    }
    return bytes;
  }
}
