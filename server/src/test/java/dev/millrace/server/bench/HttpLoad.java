package dev.millrace.server.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Posts one body again and again over one connection of HTTP/1.1, with nothing between it and the
 * socket. Confined to one thread; owns the connection.
 */
final class HttpLoad implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Socket socket;
  private final InputStream in;
  private final byte[] request;
  private byte[] answer = new byte[BUFFER];

  /**
   * Connects.
   *
   * @param headers lines without their ends
   */
  HttpLoad(String address, String path, byte[] body, String... headers) throws IOException {
    String[] parts = address.split(":");
    socket = new Socket(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1]));
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: " + address);
    for (String header : headers) {
      head.append("\r\n").append(header);
    }
    head.append("\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
    byte[] start = head.toString().getBytes(StandardCharsets.US_ASCII);
    request = Arrays.copyOf(start, start.length + body.length);
    System.arraycopy(body, 0, request, start.length, body.length);
  }

  /** Calls one after the other for a time; the median of their latencies in microseconds. */
  double p50Micros(Duration time) throws IOException {
    long[] nanos = new long[1024];
    int calls = 0;
    long end = System.nanoTime() + time.toNanos();
    while (calls < 3 || System.nanoTime() - end < 0) {
      long begun = System.nanoTime();
      call();
      if (calls == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * calls);
      }
      nanos[calls++] = System.nanoTime() - begun;
    }
    Arrays.sort(nanos, 0, calls);
    return nanos[calls / 2] / 1e3;
  }

  private void call() throws IOException {
    socket.getOutputStream().write(request);
    String status = line();
    int length = -1;
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
      }
    }
    if (length > answer.length) {
      answer = new byte[length];
    }
    if (in.readNBytes(answer, 0, length) < length || !status.contains(" 200")) {
      throw new IOException(
          status + " " + new String(answer, 0, Math.min(length, 200), StandardCharsets.UTF_8));
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int one = in.read(); one != '\n'; one = in.read()) {
      if (one < 0) {
        throw new IOException("the server has closed the connection");
      }
      if (one != '\r') {
        line.append((char) one);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
