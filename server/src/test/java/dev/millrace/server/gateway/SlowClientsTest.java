package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpResponse;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.security.tls.ClientCertificates;
import dev.millrace.server.security.tls.ServerTls;
import dev.millrace.server.security.tls.TlsPem;
import dev.millrace.server.security.tls.TlsRules;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.SelfSigned;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are slow on purpose, at a door whose patience is short. */
@Timeout(60)
final class SlowClientsTest {
  private static final HttpTimeouts SHORT =
      new HttpTimeouts(Duration.ofMillis(500), Duration.ofMillis(700), Duration.ofMillis(500));

  private final ScheduledExecutorService blocking = Executors.newScheduledThreadPool(1);
  private final CountDownLatch answerable = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private HttpDoor door;
  private Http http;

  @BeforeEach
  void open() throws IOException {
    door = open(Optional.empty());
    http = new Http(door.port());
  }

  private HttpDoor open(Optional<HttpTls> tls) throws IOException {
    HttpErrors errors = new HttpErrors(new StatusMapper(() -> "id")::toStatus);
    HttpRoutes routes =
        builder ->
            builder
                .service(
                    "/echo",
                    (context, request) ->
                        HttpResponse.of(
                            RequestBody.read(context, request)
                                .thenApply(body -> HttpResponse.of("%d", body.length))))
                .service(
                    "/wait",
                    (context, request) -> {
                      asked.countDown();
                      return HttpResponse.of(
                          () -> {
                            awaitAnswerable();
                            return HttpResponse.of("late");
                          },
                          blocking);
                    });
    return HttpDoor.open(
        new HttpSettings(
            new InetSocketAddress("127.0.0.1", 0),
            tls,
            1 << 20,
            Duration.ofSeconds(10),
            new Origins(Set.of(), Set.of(), true),
            SHORT),
        List.of(routes),
        (route, path, shown) -> new Caller(shown.address(), Access.ALL),
        errors,
        () -> "id",
        Thread::new,
        blocking);
  }

  @AfterEach
  void close() {
    answerable.countDown();
    door.close();
    blocking.shutdownNow();
  }

  private void awaitAnswerable() {
    try {
      answerable.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void connections_thatSayNothingOrHalfAHeader_areClosed() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Socket socket = http.connect();
      if (i % 2 == 0) {
        socket
            .getOutputStream()
            .write("GET /echo HTTP/1.1\r\nHost: 127".getBytes(StandardCharsets.US_ASCII));
      }
      sockets.add(socket);
    }
    for (Socket socket : sockets) {
      Http.readAll(socket);
      socket.close();
    }
  }

  @Test
  void handshakes_thatAreNotFinished_areClosed(@TempDir Path folder) throws Exception {
    SelfSigned identity = SelfSigned.make(folder, "server");
    try (HttpDoor secure = open(Optional.of(tls(identity)))) {
      Http tls = new Http(secure.port());
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Socket socket = tls.connect();
        if (i % 2 == 0) {
          // A record of a handshake that is announced with 512 bytes, and its first byte.
          socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
        }
        sockets.add(socket);
      }
      for (Socket socket : sockets) {
        Http.readAll(socket);
        socket.close();
      }
    }
  }

  @Test
  void headers_thatDribble_areCutOff() throws Exception {
    try (Socket socket = http.connect()) {
      Thread dribble = dribble(socket, "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ");
      Http.readAll(socket);
      socket.close();
      dribble.join();
    }
  }

  @Test
  void headers_thatDribbleAfterAGoodRequest_areCutOff() throws Exception {
    try (Socket socket = http.connect()) {
      Thread dribble =
          dribble(
              socket,
              "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                  + "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ");
      assertThat(Http.readAll(socket)).startsWith("HTTP/1.1 200");
      socket.close();
      dribble.join();
    }
  }

  @Test
  void body_thatDribbles_isCutOff() throws Exception {
    try (Socket socket = http.connect()) {
      Thread dribble =
          dribble(
              socket, "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n");
      assertThat(Http.readAll(socket)).startsWith("HTTP/1.1 408").contains("REQUEST_TOO_SLOW");
      socket.close();
      dribble.join();
    }
  }

  @Test
  void stop_whileARequestIsInFlight_waitsForItsAnswer() throws Exception {
    try (Socket socket = http.connect()) {
      socket
          .getOutputStream()
          .write(
              "GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      asked.await();
      var drained = door.drain();
      socket.setSoTimeout(500);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .as("neither an end nor an answer")
          .isInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(30_000);
      answerable.countDown();
      assertThat(Http.readAll(socket)).contains("late");
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static HttpTls tls(SelfSigned identity) throws Exception {
    ServerTls shown =
        ServerTls.open(
            () -> new TlsPem(identity.certificate(), identity.key(), Optional.empty()),
            ClientCertificates.NONE,
            Clock.systemUTC());
    return new HttpTls(
        () -> new HttpTls.Shown(shown.material().key(), shown.material().chain()),
        shown.trust(),
        HttpTls.Asked.NOT,
        TlsRules.PROTOCOLS,
        TlsRules.CIPHER_SUITES,
        TlsRules.SESSION);
  }

  /** Sends a start, then a byte now and then, until the server has had enough. */
  private static Thread dribble(Socket socket, String start) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(start.getBytes(StandardCharsets.US_ASCII));
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  out.write('x');
                  TimeUnit.MILLISECONDS.sleep(20);
                }
              } catch (IOException | InterruptedException over) {
                // The server has closed.
              }
            });
    thread.start();
    return thread;
  }
}
