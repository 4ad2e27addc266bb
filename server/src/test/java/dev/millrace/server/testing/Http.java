package dev.millrace.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP as a client makes it, and as bytes on a socket where no client would. */
public final class Http {
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: ([0-9]+)\r\n");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  // The JDK asks to change to HTTP/2 with its first request, and waits for ever if that is refused.
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  /** Requests to a port of this machine. */
  public Http(int port) {
    this.port = port;
  }

  /** The port. */
  public int port() {
    return port;
  }

  /** A request to be completed. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(PATIENCE);
  }

  /** Sends it. */
  public HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException broken) {
      throw new AssertionError(broken);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Sends it, and gives the body as it comes. */
  public HttpResponse<InputStream> open(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  public HttpResponse<byte[]> get(String path) {
    return send(request(path));
  }

  /** Sends JSON. */
  public HttpResponse<byte[]> send(String verb, String path, String json) {
    return send(
        request(path)
            .header("content-type", "application/json")
            .method(verb, HttpRequest.BodyPublishers.ofString(json)));
  }

  /** An answer's body as JSON. */
  public static JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return new ObjectMapper().readTree(answer.body());
    } catch (IOException malformed) {
      throw new AssertionError(new String(answer.body(), StandardCharsets.UTF_8), malformed);
    }
  }

  public static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** The reason in an error's details. */
  public static String reason(HttpResponse<byte[]> answer) {
    for (JsonNode detail : json(answer).path("details")) {
      if (detail.path("@type").asText().endsWith("google.rpc.ErrorInfo")) {
        return detail.path("reason").asText();
      }
    }
    return "";
  }

  /**
   * Sends bytes on a connection of their own, and reads until the server closes it or has said that
   * it will, which it does some seconds later.
   */
  public String raw(String bytes) throws IOException {
    try (Socket socket = connect()) {
      send(socket, bytes);
      return readLast(socket);
    }
  }

  private static void send(Socket socket, String bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    try {
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    } catch (SocketException closed) {
      // A server that has read enough answers and closes; its answer can still be read.
    }
  }

  public Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** What comes until the server closes, or resets, the connection. */
  public static String readAll(Socket socket) throws IOException {
    return readAll(socket, false);
  }

  /**
   * What comes until an answer is whole that says that it is the last; the server waits some
   * seconds for its client to close the connection first.
   */
  public static String readLast(Socket socket) throws IOException {
    return readAll(socket, true);
  }

  private static String readAll(Socket socket, boolean untilLast) throws IOException {
    StringBuilder all = new StringBuilder();
    byte[] piece = new byte[1 << 13];
    try {
      InputStream in = socket.getInputStream();
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        all.append(new String(piece, 0, read, StandardCharsets.ISO_8859_1));
        if (untilLast && isLast(all.toString())) {
          break;
        }
      }
    } catch (SocketException reset) {
      // As good as closed.
    }
    return all.toString();
  }

  private static boolean isLast(String answer) {
    int head = answer.indexOf("\r\n\r\n");
    Matcher length = LENGTH.matcher(answer);
    return head > 0
        && answer.lastIndexOf("\r\nconnection: close\r\n", head) > 0
        && length.find()
        && answer.length() >= head + 4 + Integer.parseInt(length.group(1));
  }
}
