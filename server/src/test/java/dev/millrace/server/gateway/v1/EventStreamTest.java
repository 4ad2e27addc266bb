package dev.millrace.server.gateway.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.gateway.HttpDoor;
import dev.millrace.server.gateway.HttpErrors;
import dev.millrace.server.gateway.HttpSettings;
import dev.millrace.server.gateway.HttpTimeouts;
import dev.millrace.server.gateway.Origins;
import dev.millrace.server.gateway.ServiceCalls;
import dev.millrace.server.model.Access;
import dev.millrace.server.model.Caller;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.testing.Http;
import dev.millrace.v1.TrainingEvent;
import dev.millrace.v1.TrainingServiceGrpc;
import dev.millrace.v1.WatchTrainingJobRequest;
import dev.millrace.v1.WatchTrainingJobResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams as server-sent events, with a service that does what the job's name says. */
@Timeout(60)
final class EventStreamTest {
  private static final int MANY = 100_000;

  private final ScheduledExecutorService blocking = Executors.newScheduledThreadPool(1);
  private final CountDownLatch watched = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final AtomicInteger sent = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;
  private HttpDoor door;
  private Http http;

  private final class Jobs extends TrainingServiceGrpc.TrainingServiceImplBase {
    @Override
    public void watchTrainingJob(
        WatchTrainingJobRequest request, StreamObserver<WatchTrainingJobResponse> observer) {
      ServerCallStreamObserver<WatchTrainingJobResponse> call =
          (ServerCallStreamObserver<WatchTrainingJobResponse>) observer;
      call.setOnCancelHandler(cancelled::countDown);
      long after = request.getAfterSequence();
      watched.countDown();
      switch (request.getName()) {
        case "trainingJobs/three" -> {
          for (long i = after + 1; i <= 3; i++) {
            call.onNext(event(i));
          }
          call.onCompleted();
        }
        case "trainingJobs/broken" -> {
          call.onNext(event(1));
          call.onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
        }
        case "trainingJobs/endless" ->
            call.setOnReadyHandler(
                () -> {
                  while (call.isReady() && sent.get() < MANY) {
                    call.onNext(event(sent.incrementAndGet()));
                  }
                });
        case "trainingJobs/silent" -> {}
        default -> call.onError(Status.NOT_FOUND.withDescription("none").asRuntimeException());
      }
    }
  }

  private static WatchTrainingJobResponse event(long sequence) {
    return WatchTrainingJobResponse.newBuilder()
        .setEvent(TrainingEvent.newBuilder().setSequence(sequence).setTrainingJob("x".repeat(500)))
        .build();
  }

  @BeforeEach
  void open() throws IOException {
    AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
    server =
        InProcessServerBuilder.forAddress(address)
            .directExecutor()
            .addService(new Jobs())
            .build()
            .start();
    channel = InProcessChannelBuilder.forAddress(address).directExecutor().build();
    HttpErrors errors = new HttpErrors(new StatusMapper(() -> "id")::toStatus);
    door =
        HttpDoor.open(
            new HttpSettings(
                new InetSocketAddress("127.0.0.1", 0),
                Optional.empty(),
                1 << 20,
                Duration.ofSeconds(1),
                new Origins(Set.of(), Set.of(), true),
                HttpTimeouts.USUAL),
            List.of(
                new NativeApi(new ServiceCalls(channel), errors, Runnable::run, System::nanoTime)),
            (route, path, shown) -> new Caller(shown.address(), Access.ALL),
            errors,
            () -> "id",
            Thread::new,
            blocking);
    http = new Http(door.port());
  }

  @AfterEach
  void close() {
    door.close();
    channel.shutdownNow();
    server.shutdownNow();
    blocking.shutdownNow();
  }

  private String watch(String job) {
    return Http.text(http.get("/api/v1/trainingJobs/" + job + ":watch"));
  }

  @Test
  void watch_toItsEnd_numbersEventsAndSaysThatItEnds() {
    assertThat(watch("three").lines().filter(line -> !line.startsWith("data: {\"event\"")))
        .containsExactly("id: 1", "", "id: 2", "", "id: 3", "", "event: end", "data: {}", "");
  }

  @Test
  void watch_again_goesOnAfterTheLastEventSeen() {
    String rest =
        Http.text(
            http.send(
                http.request("/api/v1/trainingJobs/three:watch").header("last-event-id", "2")));
    assertThat(rest).startsWith("id: 3\n").doesNotContain("id: 2\n");
    assertThat(
            http.send(
                    http.request("/api/v1/trainingJobs/three:watch").header("last-event-id", "two"))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void watch_thatFailsOnTheWay_endsWithTheError() {
    assertThat(watch("broken"))
        .startsWith("id: 1\n")
        .contains("event: error\ndata: {\"code\":14,\"message\":\"stopping\"");
  }

  @Test
  void watch_thatFailsAtOnce_isAnErrorOfHttp() {
    assertThat(http.get("/api/v1/trainingJobs/none:watch").statusCode()).isEqualTo(404);
  }

  @Test
  void watch_ofAJobThatSaysNothing_isOpenAtOnce() throws Exception {
    try (Socket socket = http.connect()) {
      ask(socket, "silent");
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(lines.readLine()).isEqualTo("HTTP/1.1 200 OK");
    }
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void watch_whoseClientLeaves_isCancelled() throws Exception {
    try (Socket socket = http.connect()) {
      ask(socket, "silent");
      watched.await();
    }
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void watch_whoseClientDoesNotRead_isNotReadAhead() throws Exception {
    try (Socket socket = http.connect()) {
      ask(socket, "endless");
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(sent.get()).isLessThan(MANY);
    }
    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void ask(Socket socket, String job) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET /api/v1/trainingJobs/" + job + ":watch HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
  }
}
