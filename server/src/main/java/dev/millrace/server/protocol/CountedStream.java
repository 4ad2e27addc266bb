package dev.millrace.server.protocol;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Counts what is read, for messages whose size is not known before, such as compressed ones. */
final class CountedStream extends FilterInputStream {
  private final LongConsumer counter;

  /**
   * The same stream.
   *
   * @param counter told of bytes as they are read
   */
  CountedStream(InputStream stream, LongConsumer counter) {
    super(stream);
    this.counter = counter;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    if (read >= 0) {
      counter.accept(1);
    }
    return read;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = super.read(into, offset, length);
    if (read > 0) {
      counter.accept(read);
    }
    return read;
  }
}
