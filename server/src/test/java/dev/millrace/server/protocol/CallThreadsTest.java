package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.server.testing.PuppetExecutor;
import io.grpc.Context;
import io.grpc.Detachable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallThreadsTest {
  private static final Context.Key<String> WHO = Context.key("who");

  private final PuppetExecutor executor = new PuppetExecutor();
  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final FakeServerCall<InputStream, InputStream> call = new FakeServerCall<>(method());
  private final List<String> events = new ArrayList<>();

  @Test
  void ofTransport_smallMessage_runsAtOnceInOrder() {
    ServerCall.Listener<InputStream> listener =
        begin(CallThreads.ofTransport(10, executor, statuses));
    whole(listener, stream("small"));
    assertThat(events).containsExactly("start", "ready", "message small", "half close", "complete");
    assertThat(executor.waiting()).isZero();
  }

  @Test
  void ofTransport_largeMessage_movesItAndAllThatFollowsInOrder() {
    ServerCall.Listener<InputStream> listener =
        begin(CallThreads.ofTransport(10, executor, statuses));
    whole(listener, stream("much too large"));
    assertThat(events).containsExactly("start", "ready");
    executor.runAll();
    assertThat(events)
        .containsExactly("start", "ready", "message much too large", "half close", "complete");
  }

  @Test
  void ofTransport_smallMessageAfterALargeOne_doesNotOvertakeIt() {
    ServerCall.Listener<InputStream> listener =
        begin(CallThreads.ofTransport(10, executor, statuses));
    listener.onMessage(stream("much too large"));
    listener.onMessage(stream("small"));
    listener.onCancel();
    assertThat(events).containsExactly("start");
    executor.runAll();
    assertThat(events)
        .containsExactly("start", "message much too large", "message small", "cancel");
  }

  @Test
  void of_anyMessage_runsOnTheExecutorFromTheStart() {
    ServerCall.Listener<InputStream> listener = begin(CallThreads.of(executor, statuses));
    whole(listener, stream("x"));
    assertThat(events).isEmpty();
    executor.runAll();
    assertThat(events).containsExactly("start", "ready", "message x", "half close", "complete");
  }

  @Test
  void of_streamThatGrpcClosesAfterTheHandOver_isStillReadable() throws IOException {
    ServerCall.Listener<InputStream> listener = begin(CallThreads.of(executor, statuses));
    for (boolean detachable : new boolean[] {true, false}) {
      ClosingStream message = new ClosingStream("kept", detachable);
      listener.onMessage(detachable ? new DetachableStream(message) : message);
      message.closeAsGrpcDoes();
    }
    executor.runAll();
    assertThat(events).containsExactly("start", "message kept", "message kept");
  }

  @Test
  void of_context_travelsWithTheEvents() throws Exception {
    Context.current()
        .withValue(WHO, "caller")
        .run(() -> begin(CallThreads.of(executor, statuses)).onReady());
    executor.runAll();
    assertThat(events).containsExactly("start caller", "ready");
  }

  @Test
  void event_thatFails_closesTheCallOnceAndEndsItsEvents() {
    for (CallThreads threads :
        List.of(
            CallThreads.of(executor, statuses), CallThreads.ofTransport(10, executor, statuses))) {
      FakeServerCall<InputStream, InputStream> failing = new FakeServerCall<>(method());
      events.clear();
      ServerCall.Listener<InputStream> listener =
          threads.interceptCall(failing, new Metadata(), (c, headers) -> new Recorder());
      listener.onMessage(stream("bad"));
      listener.onHalfClose();
      listener.onComplete();
      executor.runAll();
      assertThat(events).isEmpty();
      assertThat(failing.closes())
          .extracting(Status::getCode)
          .containsExactly(Status.Code.INTERNAL);
      assertThat(failing.closes().get(0).getDescription()).doesNotContain("a defect");
    }
  }

  @Test
  void event_thatFailsAfterTheAnswer_isLoggedAlone() {
    ServerCall.Listener<InputStream> listener =
        CallThreads.ofTransport(10, executor, statuses)
            .interceptCall(
                call,
                new Metadata(),
                (c, headers) -> {
                  c.close(Status.OK, new Metadata());
                  return new Recorder();
                });
    listener.onMessage(stream("bad"));
    assertThat(call.closes()).containsExactly(Status.OK);
  }

  private ServerCall.Listener<InputStream> begin(CallThreads threads) {
    return threads.interceptCall(
        call,
        new Metadata(),
        (started, headers) -> {
          events.add(WHO.get() == null ? "start" : "start " + WHO.get());
          return new Recorder();
        });
  }

  private static void whole(ServerCall.Listener<InputStream> listener, InputStream message) {
    listener.onReady();
    listener.onMessage(message);
    listener.onHalfClose();
    listener.onComplete();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MethodDescriptor<InputStream, InputStream> method() {
    MethodDescriptor.Marshaller<InputStream> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(InputStream value) {
            return value;
          }

          @Override
          public InputStream parse(InputStream stream) {
            return stream;
          }
        };
    return MethodDescriptor.newBuilder(bytes, bytes)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName("s/m")
        .build();
  }

  private final class Recorder extends ServerCall.Listener<InputStream> {
    @Override
    public void onMessage(InputStream message) {
      try {
        String text = new String(message.readAllBytes(), StandardCharsets.UTF_8);
        if (text.equals("bad")) {
          throw new IllegalStateException("a defect");
        }
        events.add("message " + text);
      } catch (IOException closed) {
        events.add("closed too early");
      }
    }

    @Override
    public void onHalfClose() {
      events.add("half close");
    }

    @Override
    public void onCancel() {
      events.add("cancel");
    }

    @Override
    public void onComplete() {
      events.add("complete");
    }

    @Override
    public void onReady() {
      events.add("ready");
    }
  }

  /** Reads nothing once it is closed, unless it was detached before. */
  private static final class ClosingStream extends ByteArrayInputStream {
    private final boolean detached;
    private boolean closed;

    ClosingStream(String text, boolean detached) {
      super(text.getBytes(StandardCharsets.UTF_8));
      this.detached = detached;
    }

    void closeAsGrpcDoes() {
      closed = !detached;
    }

    @Override
    public byte[] readAllBytes() {
      return closed ? new byte[0] : super.readAllBytes();
    }
  }

  private static final class DetachableStream extends InputStream implements Detachable {
    private final InputStream whole;

    DetachableStream(InputStream whole) {
      this.whole = whole;
    }

    @Override
    public InputStream detach() {
      return whole;
    }

    @Override
    public int read() {
      throw new AssertionError("read before it was detached");
    }
  }
}
