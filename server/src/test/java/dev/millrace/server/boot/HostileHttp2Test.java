package dev.millrace.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import dev.millrace.server.testing.Http;
import dev.millrace.server.testing.Http2Frames;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 as nobody means it well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class HostileHttp2Test {
  private static final RequestHeaders PREDICT =
      RequestHeaders.of(
          HttpMethod.POST,
          "/api/v1/models/doubling:predict",
          HttpHeaderNames.CONTENT_TYPE,
          MediaType.JSON);
  private static final int FRAMES = 100_000;
  private static final int STREAMS = 1000;
  private static final int REFUSED_STREAM = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  private DoorRig rig;
  private ClientFactory clients;
  private WebClient client;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rig = DoorRig.start(folder, List.of());
    clients = ClientFactory.builder().build();
    client =
        WebClient.builder("h2c://127.0.0.1:" + rig.server.httpPort().getAsInt())
            .factory(clients)
            .maxResponseLength(0)
            .responseTimeoutMillis(120_000)
            .build();
  }

  @AfterAll
  void stop() {
    clients.close();
    rig.close();
  }

  @AfterEach
  void answersStill() {
    Http http = new Http(rig.server.httpPort().getAsInt());
    assertThat(http.get("/api/v1/models/doubling").statusCode()).isEqualTo(200);
    assertThat(rig.server.openTensors()).isZero();
  }

  // Row 7: a body in many tiny frames.
  @Test
  void body_inFramesOfOneByte_isReadInBoundedMemory() {
    HttpRequestWriter request = HttpRequest.streaming(PREDICT);
    CompletableFuture<AggregatedHttpResponse> answer = client.execute(request).aggregate();
    AtomicInteger sent = new AtomicInteger();
    sendSpaces(request, sent);
    AggregatedHttpResponse told = answer.join();
    assertThat(sent.get()).isEqualTo(FRAMES);
    assertThat(told.status().code()).as(told.contentUtf8()).isEqualTo(400);
    assertThat(told.contentUtf8()).contains("INPUT_MISSING");
  }

  private static void sendSpaces(HttpRequestWriter request, AtomicInteger sent) {
    if (sent.get() == FRAMES) {
      request.write(HttpData.ofUtf8("{}"));
      request.close();
    } else if (request.tryWrite(HttpData.ofUtf8(" "))) {
      sent.incrementAndGet();
      request.whenConsumed().thenRun(() -> sendSpaces(request, sent));
    }
  }

  // Row 7: frames that carry nothing at all.
  @Test
  void body_inEmptyFrames_endsTheConnection() throws Exception {
    Http2Frames frames = new Http2Frames().post(1, PREDICT.path());
    for (int i = 0; i < FRAMES; i++) {
      frames.data(1, new byte[0]);
    }
    assertThat(goAway(frames)).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // Row 15: streams that are opened only to be given up.
  @Test
  void streams_resetAsSoonAsTheyAreOpen_endTheConnection() throws Exception {
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < 10_000; i++) {
      frames.post(2 * i + 1, PREDICT.path()).reset(2 * i + 1);
    }
    assertThat(goAway(frames)).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // Row 17: headers that go on for ever, in frames of nothing and in large ones.
  @Test
  void headers_thatNeverEnd_endTheConnectionOfEveryDoor() throws Exception {
    byte[] large = new byte[1 << 12];
    for (int port : new int[] {rig.server.httpPort().getAsInt(), rig.server.port()}) {
      Http2Frames nothing = new Http2Frames().halfPost(1, PREDICT.path());
      for (int i = 0; i < FRAMES; i++) {
        nothing.continuation(1, new byte[0]);
      }
      assertThat(goAway(nothing, port)).as("a connection error, or the end").isNotZero();
      Http2Frames much = new Http2Frames().halfPost(1, PREDICT.path());
      for (int i = 0; i < 1000; i++) {
        much.continuation(1, large);
      }
      assertThat(goAway(much, port)).as("a connection error, or the end").isNotZero();
    }
  }

  // Row 15: streams that are opened so that the server gives them up.
  @Test
  void streams_thatMakeTheServerReset_endTheConnection() throws Exception {
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < 10_000; i++) {
      frames.post(2 * i + 1, PREDICT.path()).emptyWindowUpdate(2 * i + 1);
    }
    assertThat(goAway(frames)).isEqualTo(ENHANCE_YOUR_CALM);
  }

  // Row 16: streams beyond the limit, by a client that never says that it read of the limit.
  @Test
  void streams_beyondTheLimitBeforeItIsAcknowledged_areRefused() throws Exception {
    int more = 50;
    Http2Frames frames = new Http2Frames();
    for (int i = 0; i < STREAMS + more; i++) {
      frames.post(2 * i + 1, PREDICT.path());
    }
    assertThat(frames.send(rig.server.httpPort().getAsInt(), in -> Http2Frames.resets(in, more)))
        .isEqualTo(REFUSED_STREAM);
  }

  private int goAway(Http2Frames frames) throws Exception {
    return goAway(frames, rig.server.httpPort().getAsInt());
  }

  private static int goAway(Http2Frames frames, int port) throws Exception {
    try {
      return frames.send(port, Http2Frames::goAway);
    } catch (SocketException reset) {
      return -1;
    }
  }

  // Row 8: a body over the limit ends its own stream only.
  @Test
  void body_overTheLimit_leavesTheConnectionToOthers() {
    BlockingWebClient blocking = client.blocking();
    for (int i = 0; i < 5; i++) {
      AggregatedHttpResponse refused = blocking.execute(PREDICT, " ".repeat(5 << 20));
      assertThat(refused.status().code()).isEqualTo(413);
    }
  }

  // Row 21: authorities that clients make up.
  @Test
  void metrics_underMadeUpAuthorities_growNoSeries() {
    long before = series();
    for (int i = 0; i < 500; i++) {
      RequestHeaders headers =
          RequestHeaders.builder(HttpMethod.GET, "/api/v1/models")
              .authority("made-up-" + i + ".example")
              .build();
      assertThat(client.blocking().execute(headers).status().code()).isEqualTo(421);
    }
    assertThat(series()).isEqualTo(before);
  }

  private long series() {
    return client
        .blocking()
        .get("/monitoring/prometheus/metrics")
        .contentUtf8()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .count();
  }
}
