package dev.millrace.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ManagementServerTest {
  private final AtomicReference<Optional<String>> notReady =
      new AtomicReference<>(Optional.of("models are loading"));
  private ManagementServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        ManagementServer.start(
            new InetSocketAddress("127.0.0.1", 0),
            Executors.newFixedThreadPool(2),
            notReady::get,
            () -> "metric 1\n");
  }

  @AfterEach
  void stop() {
    server.close();
    server.close();
  }

  @Test
  void ready_changesWithItsSource() throws Exception {
    assertThat(get("/healthz/ready").statusCode()).isEqualTo(503);
    assertThat(get("/healthz/ready").body()).contains("models are loading");
    notReady.set(Optional.empty());
    assertThat(get("/healthz/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void live_whileNotReady_isFine() throws Exception {
    assertThat(get("/healthz/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_areInPrometheusForm() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.body()).isEqualTo("metric 1\n");
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void otherPathsAndMethods_areRefused() throws Exception {
    assertThat(get("/metrics/..%2f").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(send("HEAD", "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void start_onAPortThatIsTaken_saysWhichAndWhatFor() {
    InetSocketAddress taken = new InetSocketAddress("127.0.0.1", server.port());
    ExecutorService unused = Executors.newFixedThreadPool(1);
    assertThatThrownBy(() -> ManagementServer.start(taken, unused, notReady::get, () -> ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics and health")
        .hasMessageContaining("127.0.0.1:" + server.port());
    unused.shutdown();
  }

  @Test
  void requests_thatAreNeverFinished_leaveThreadsToOthers() throws Exception {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket socket = new Socket("127.0.0.1", server.port());
      socket.getOutputStream().write("GET /healthz/li".getBytes(StandardCharsets.US_ASCII));
      slow.add(socket);
    }
    assertThat(get("/healthz/live").statusCode()).isEqualTo(200);
    for (Socket socket : slow) {
      socket.close();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(15))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
