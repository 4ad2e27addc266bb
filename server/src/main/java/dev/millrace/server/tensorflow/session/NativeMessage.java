package dev.millrace.server.tensorflow.session;

import com.google.protobuf.MessageLite;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_Buffer;

/** A message in native memory, as the C API takes it. The owner closes it. */
final class NativeMessage implements AutoCloseable {
  private final BytePointer bytes;
  private final TF_Buffer buffer;

  NativeMessage(MessageLite message) {
    byte[] encoded = message.toByteArray();
    this.bytes = new BytePointer(encoded);
    this.buffer = new TF_Buffer().data(bytes).length(encoded.length);
  }

  TF_Buffer handle() {
    return buffer;
  }

  @Override
  public void close() {
    buffer.close();
    bytes.close();
  }
}
