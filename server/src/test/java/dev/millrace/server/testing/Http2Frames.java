package dev.millrace.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames of HTTP/2, byte by byte, as no client would send them. Not thread-safe. */
public final class Http2Frames {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int END_HEADERS = 4;
  private static final int LENGTH_BYTES = 3;
  private static final int CANCEL = 8;
  private static final int PATIENCE_MILLIS = 60_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The start of a connection. */
  public Http2Frames() {
    bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** More of a connection that has begun. */
  public static Http2Frames more() {
    Http2Frames frames = new Http2Frames();
    frames.bytes.reset();
    return frames;
  }

  /** Opens a stream with a POST to a path. */
  public Http2Frames post(int stream, String path) {
    return frame(HEADERS, END_HEADERS, stream, request(path).toByteArray());
  }

  /** Opens a stream with the beginning of a POST, whose headers go on. */
  public Http2Frames halfPost(int stream, String path) {
    return frame(HEADERS, 0, stream, request(path).toByteArray());
  }

  /** Goes on with headers, and does not end them. */
  public Http2Frames continuation(int stream, byte[] block) {
    return frame(CONTINUATION, 0, stream, block);
  }

  /** Calls a method of gRPC with an empty message. */
  public Http2Frames call(int stream, String path) {
    frame(HEADERS, END_HEADERS, stream, grpc(path).toByteArray());
    return frame(DATA, END_STREAM, stream, new byte[5]);
  }

  /** Takes bodies of this size without being asked. */
  public Http2Frames window(int bytes) {
    frame(
        SETTINGS,
        0,
        0,
        ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(bytes).array());
    return windowUpdate(bytes);
  }

  /** Takes more bytes on the connection. */
  public Http2Frames windowUpdate(int bytes) {
    return frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(bytes).array());
  }

  /** Answers a ping. */
  public Http2Frames pong(byte[] payload) {
    return frame(PING, ACK, 0, payload);
  }

  /**
   * One frame of a server.
   *
   * @param type as RFC 9113 numbers them
   */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** A ping that wants an answer. */
    public boolean isPing() {
      return type == PING && (flags & ACK) == 0;
    }

    /** The end of the connection, and the last stream that is served. */
    public boolean isGoAway() {
      return type == GO_AWAY;
    }

    /** A piece of a body. */
    public boolean isData() {
      return type == DATA;
    }

    /** The last frame of a stream. */
    public boolean endsStream() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
  }

  /** Reads one frame. */
  public static Frame read(DataInputStream in) throws IOException {
    byte[] head = new byte[9];
    in.readFully(head);
    ByteBuffer fields = ByteBuffer.wrap(head);
    byte[] payload = new byte[fields.getInt() >>> 8];
    in.readFully(payload);
    return new Frame(head[LENGTH_BYTES], head[4], fields.getInt(5), payload);
  }

  /** Opens a stream with a call of gRPC, whose message is yet to come. */
  public Http2Frames openCall(int stream, String path) {
    return frame(HEADERS, END_HEADERS, stream, grpc(path).toByteArray());
  }

  /** Widens the window by nothing, which the server must end the stream for. */
  public Http2Frames emptyWindowUpdate(int stream) {
    return frame(WINDOW_UPDATE, 0, stream, new byte[4]);
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

  /** What to look for in what a server says. */
  @FunctionalInterface
  public interface Reader {
    /** Reads frames and returns an error code; -1 where there is none. */
    int read(InputStream from) throws IOException;
  }

  /** Sends everything to a port of this machine while a reader reads, and returns what it found. */
  public int send(int port, Reader reader) throws IOException, InterruptedException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      Thread sender =
          new Thread(
              () -> {
                try {
                  socket.getOutputStream().write(bytes());
                } catch (IOException closed) {
                  // The server has had enough.
                }
              });
      sender.start();
      int code = reader.read(socket.getInputStream());
      socket.close();
      sender.join();
      return code;
    }
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

  /**
   * Reads frames until so many streams were reset, and returns the error code of the last reset; -1
   * if there are fewer.
   */
  public static int resets(InputStream from, int count) throws IOException {
    DataInputStream in = new DataInputStream(from);
    byte[] head = new byte[9];
    int left = count;
    while (in.readNBytes(head, 0, head.length) == head.length) {
      byte[] payload = in.readNBytes(ByteBuffer.wrap(head).getInt() >>> 8);
      if (head[LENGTH_BYTES] == RESET && --left == 0) {
        return ByteBuffer.wrap(payload).getInt();
      }
    }
    return -1;
  }

  private static ByteArrayOutputStream request(String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    // :method POST and :scheme http are entries 3 and 6 of HPACK's table; names 1 and 4 follow.
    block.writeBytes(new byte[] {(byte) 0x83, (byte) 0x86});
    literal(block, 1, "127.0.0.1");
    literal(block, 4, path);
    return block;
  }

  private static ByteArrayOutputStream grpc(String path) {
    ByteArrayOutputStream block = request(path);
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block;
  }

  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
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
