package dev.millrace.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames of HTTP/2, byte by byte, as no client would send them. Not thread-safe. */
public final class Http2Frames {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int END_HEADERS = 4;
  private static final int LENGTH_BYTES = 3;
  private static final int CANCEL = 8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The start of a connection. */
  public Http2Frames() {
    bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Opens a stream with a POST to a path. */
  public Http2Frames post(int stream, String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    // :method POST and :scheme http are entries 3 and 6 of HPACK's table; names 1 and 4 follow.
    block.writeBytes(new byte[] {(byte) 0x83, (byte) 0x86});
    literal(block, 1, "127.0.0.1");
    literal(block, 4, path);
    return frame(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  /** Sends a piece of a body. */
  public Http2Frames data(int stream, byte[] piece) {
    return frame(DATA, 0, stream, piece);
  }

  /** Gives a stream up. */
  public Http2Frames reset(int stream) {
    return frame(RESET, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
  }

  /** What was put together so far. */
  public byte[] bytes() {
    return bytes.toByteArray();
  }

  /** Reads frames until the server says GOAWAY, and returns its error code; -1 if it says none. */
  public static int goAway(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    byte[] head = new byte[9];
    while (in.readNBytes(head, 0, head.length) == head.length) {
      int length = ByteBuffer.wrap(head).getInt() >>> 8;
      byte[] payload = in.readNBytes(length);
      if (head[LENGTH_BYTES] == GO_AWAY) {
        return ByteBuffer.wrap(payload).getInt(4);
      }
    }
    return -1;
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    block.write(name);
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  private Http2Frames frame(int type, int flags, int stream, byte[] payload) {
    bytes.writeBytes(ByteBuffer.allocate(4).putInt((payload.length << 8) | type).array());
    bytes.write(flags);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
    bytes.writeBytes(payload);
    return this;
  }
}
