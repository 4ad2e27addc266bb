package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Access;
import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.v1.ModelServiceGrpc;
import dev.millrace.v1.WatchModelRequest;
import dev.millrace.v1.WatchModelResponse;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** When an open stream ends for its credentials, and what its service hears. */
final class OpenStreamsTest {
  private static final Caller CALLER = new Caller("key:a", Access.ALL);

  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final List<Runnable> tasks = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final FakeServerCall<WatchModelRequest, WatchModelResponse> call =
      new FakeServerCall<>(ModelServiceGrpc.getWatchModelMethod());
  private final OpenStreams streams = new OpenStreams(tasks::add);
  private Supplier<Caller> now = () -> CALLER;

  @Test
  void look_credentialsStillGood_leavesTheStream() {
    ServerCall.Listener<WatchModelRequest> stream = open();
    streams.look();
    stream.onMessage(WatchModelRequest.getDefaultInstance());
    stream.onHalfClose();
    stream.onReady();
    stream.onComplete();
    assertThat(call.closes()).isEmpty();
    assertThat(heard).containsExactly("message", "half-close", "ready", "complete");
    assertThat(streams.size()).isZero();
  }

  @Test
  void look_credentialsRefused_endsTheStreamOnceAndCancelsItsService() {
    ServerCall.Listener<WatchModelRequest> stream = open();
    List<String> asked = new ArrayList<>();
    now =
        () -> {
          asked.add("again");
          throw new ServingException(ErrorReason.CREDENTIALS_INVALID, "this API key was revoked");
        };
    streams.look();
    streams.look();
    assertThat(asked).hasSize(1);
    assertThat(call.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.UNAUTHENTICATED);
    stream.onMessage(WatchModelRequest.getDefaultInstance());
    stream.onHalfClose();
    stream.onComplete();
    assertThat(heard).as("not under the lock of the call").isEmpty();
    tasks.forEach(Runnable::run);
    assertThat(heard).containsExactly("cancel");
    assertThat(streams.size()).isZero();
  }

  @Test
  void look_accessChanged_endsTheStream() {
    open();
    now = () -> new Caller("key:a", Access.NONE);
    streams.look();
    assertThat(call.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.UNAUTHENTICATED);
    assertThat(call.closes().get(0).getDescription()).contains("begin it anew");
  }

  @Test
  void look_defectWhileAsking_endsTheStreamAndAsksForTheOthers() {
    open();
    FakeServerCall<WatchModelRequest, WatchModelResponse> other =
        new FakeServerCall<>(ModelServiceGrpc.getWatchModelMethod());
    streams.watch(
        RefusableCall.of(other),
        new Admitted(CALLER, () -> CALLER),
        statuses::toStatus,
        new Heard());
    now =
        () -> {
          throw new IllegalStateException("a defect");
        };
    streams.look();
    assertThat(call.closes()).extracting(Status::getCode).containsExactly(Status.Code.INTERNAL);
    assertThat(other.closes()).isEmpty();
  }

  @Test
  void look_clientHasLeft_asksForItNoMore() {
    ServerCall.Listener<WatchModelRequest> stream = open();
    stream.onCancel();
    now =
        () -> {
          throw new AssertionError("nobody is there");
        };
    streams.look();
    assertThat(heard).containsExactly("cancel");
    assertThat(call.closes()).isEmpty();
  }

  private ServerCall.Listener<WatchModelRequest> open() {
    return streams.watch(
        RefusableCall.of(call),
        new Admitted(CALLER, () -> now.get()),
        statuses::toStatus,
        new Heard());
  }

  private final class Heard extends ServerCall.Listener<WatchModelRequest> {
    @Override
    public void onMessage(WatchModelRequest message) {
      heard.add("message");
    }

    @Override
    public void onHalfClose() {
      heard.add("half-close");
    }

    @Override
    public void onReady() {
      heard.add("ready");
    }

    @Override
    public void onComplete() {
      heard.add("complete");
    }

    @Override
    public void onCancel() {
      heard.add("cancel");
    }
  }
}
