package dev.millrace.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Row 7: what a body costs while it arrives. */
@Timeout(60)
final class RequestBodyTest {
  private static final int PIECES = 1 << 16;
  // Each piece costs the library some small objects on its way.
  private static final long LITTLE = 256L * PIECES;
  private static final int COLLECTIONS = 10;

  @Test
  void read_tinyPieces_areCopiedAndLetGoAsTheyCome() throws Exception {
    HttpRequestWriter request = HttpRequest.streaming(headers().build());
    ServiceRequestContext context = ServiceRequestContext.of(request);
    CompletableFuture<byte[]> body = RequestBody.read(context, request);
    long before = allocated(context);
    List<WeakReference<HttpData>> pieces = send(request);
    assertThat(body).isNotDone();
    assertThat(allocated(context) - before).isLessThan(4L * PIECES + LITTLE);
    for (int i = 0; i < COLLECTIONS && pieces.stream().anyMatch(RequestBodyTest::isThere); i++) {
      System.gc();
    }
    assertThat(pieces).noneMatch(RequestBodyTest::isThere);
    request.close();
    assertThat(body.join()).hasSize(PIECES).startsWith(0, 1, 2);
  }

  private static boolean isThere(WeakReference<HttpData> piece) {
    return piece.get() != null;
  }

  private static List<WeakReference<HttpData>> send(HttpRequestWriter request) {
    List<WeakReference<HttpData>> pieces = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      HttpData piece = HttpData.wrap(new byte[] {(byte) i});
      pieces.add(new WeakReference<>(piece));
      request.write(piece);
    }
    request.whenConsumed().join();
    return pieces;
  }

  @Test
  void read_bodyAnnouncedAsLarge_costsWhatHasCome() throws Exception {
    int announced = 8 << 20;
    HttpRequestWriter request =
        HttpRequest.streaming(headers().setInt(HttpHeaderNames.CONTENT_LENGTH, announced).build());
    ServiceRequestContext context = ServiceRequestContext.of(request);
    CompletableFuture<byte[]> body = RequestBody.read(context, request);
    long before = allocated(context);
    request.write(HttpData.ofUtf8("{"));
    request.whenConsumed().join();
    assertThat(body).isNotDone();
    assertThat(allocated(context) - before).isLessThan(announced / 8);
  }

  private static RequestHeadersBuilder headers() {
    return RequestHeaders.builder(HttpMethod.POST, "/");
  }

  /** What the event loop has taken of the heap so far, in bytes. */
  private static long allocated(ServiceRequestContext context) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return context.eventLoop().submit(threads::getCurrentThreadAllocatedBytes).get();
  }
}
