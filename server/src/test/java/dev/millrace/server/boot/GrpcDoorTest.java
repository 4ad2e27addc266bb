package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.boot.config.OptionSources;
import dev.millrace.server.boot.config.ServeOption;
import dev.millrace.server.boot.config.tfserving.TfServingSetup;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.OpenStreams;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.telemetry.HealthReporter;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Http2Frames;
import dev.millrace.server.testing.OpenAdmission;
import dev.millrace.server.testing.SelfSigned;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.stub.ServerCalls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gRPC door as bytes on a socket see it. */
@Timeout(60)
final class GrpcDoorTest {
  private static final int ANSWER = 200_000;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch answerable = new CountDownLatch(1);

  /** A closed socket is reset by what still comes, and then the rest of the answer is lost. */
  @Test
  void stop_whileTheClientStillSends_losesNothingOfTheAnswer() throws Exception {
    try (GrpcDoor door = open(Optional.empty(), GrpcDoor.HANDSHAKE);
        Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout(30_000);
      socket.connect(new InetSocketAddress("127.0.0.1", door.port()));
      OutputStream out = socket.getOutputStream();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      out.write(new Http2Frames().window(1 << 20).call(1, "/test/Large").bytes());
      asked.await();
      CompletableFuture<Boolean> drained =
          CompletableFuture.supplyAsync(() -> door.drain(Duration.ofSeconds(30)));
      awaitLastGoAway(in, out);
      Thread chatter = chatter(out);
      answerable.countDown();
      int bytes = 0;
      Http2Frames.Frame frame;
      do {
        frame = Http2Frames.read(in);
        bytes += frame.isData() ? frame.payload().length : 0;
      } while (!frame.endsStream());
      assertThat(bytes).isEqualTo(ANSWER + 5);
      socket.close();
      assertThat(drained.get(30, TimeUnit.SECONDS)).isTrue();
      chatter.join();
    }
  }

  /** Two GOAWAYs: the first is a warning, and the second one, after a ping, is meant. */
  private static void awaitLastGoAway(DataInputStream in, OutputStream out) throws IOException {
    int seen = 0;
    while (seen < 2) {
      Http2Frames.Frame frame = Http2Frames.read(in);
      seen += frame.isGoAway() ? 1 : 0;
      if (frame.isPing()) {
        out.write(Http2Frames.more().pong(frame.payload()).bytes());
      }
    }
  }

  /** Sends as much as it can until the connection ends. */
  private static Thread chatter(OutputStream out) {
    byte[] words = Http2Frames.more().windowUpdate(1).bytes();
    Thread chatter =
        new Thread(
            () -> {
              try {
                while (true) {
                  out.write(words);
                }
              } catch (IOException over) {
                // The server, or this test, has closed.
              }
            });
    chatter.start();
    return chatter;
  }

  // Row 18: handshakes that are not finished, and connections that say nothing.
  @Test
  void connections_thatNeverBecomeReady_areClosed(@TempDir Path folder) throws Exception {
    Duration patience = Duration.ofMillis(500);
    try (GrpcDoor plain = open(Optional.empty(), patience);
        GrpcDoor secure = open(tls(folder), patience)) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Socket socket = new Http(i % 2 == 0 ? plain.port() : secure.port()).connect();
        if (i % 4 == 1) {
          // A record of a handshake that is announced with 512 bytes, and its first byte.
          socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
        } else if (i % 4 == 2) {
          socket
              .getOutputStream()
              .write("PRI * HTTP/2.0\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        sockets.add(socket);
      }
      for (Socket socket : sockets) {
        Http.readAll(socket);
        socket.close();
      }
    }
  }

  private static Optional<SslContext> tls(Path folder) throws Exception {
    SelfSigned.make(folder, "server").write(folder, "server");
    return TlsRoom.open(
            OptionSources.merge(
                Map.of(
                    ServeOption.TLS_CERTIFICATE, folder.resolve("server.crt").toString(),
                    ServeOption.TLS_KEY, folder.resolve("server.key").toString()),
                Map.of(),
                ""),
            TfServingSetup.NONE,
            Clock.systemUTC(),
            new SimpleMeterRegistry())
        .grpc();
  }

  private GrpcDoor open(Optional<SslContext> tls, Duration handshake) throws IOException {
    MethodDescriptor<byte[], byte[]> large =
        MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("test/Large")
            .build();
    return GrpcDoor.open(
        new InetSocketAddress("127.0.0.1", 0),
        tls,
        handshake,
        1 << 20,
        CallerInterceptor.ofNetwork(
            new OpenAdmission(), new OpenStreams(Runnable::run), new StatusMapper(() -> "id")),
        List.of(
            ServerServiceDefinition.builder("test")
                .addMethod(
                    large,
                    ServerCalls.asyncUnaryCall(
                        (request, answer) -> {
                          asked.countDown();
                          new Thread(
                                  () -> {
                                    await(answerable);
                                    answer.onNext(new byte[ANSWER]);
                                    answer.onCompleted();
                                  })
                              .start();
                        }))
                .build()),
        new HealthReporter(List.of()).service().bindService());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }
}
