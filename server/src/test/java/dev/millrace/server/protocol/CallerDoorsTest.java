package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Admitted;
import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.server.testing.HeardListener;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each door knows of a caller, and who does not get past it. */
final class CallerDoorsTest {
  private static final String PREDICT = "millrace.v1.InferenceService/Predict";
  private static final Caller ALICE = new Caller("alice");
  private static final Admitted ADMITTED = new Admitted(ALICE, () -> ALICE);

  private final List<Object> asked = new ArrayList<>();
  private final List<Caller> served = new ArrayList<>();
  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final OpenStreams streams = new OpenStreams(Runnable::run);
  private final FakeServerCall<PredictRequest, PredictResponse> wire =
      new FakeServerCall<>(
          InferenceServiceGrpc.getPredictMethod(),
          Attributes.newBuilder()
              .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, new InetSocketAddress("127.0.0.1", 7))
              .build());
  private boolean closed;

  @Test
  void ofNetwork_call_isAdmittedByWhatItShows() {
    Metadata headers = new Metadata();
    headers.put(header("authorization"), "Bearer x");
    headers.put(header("x-api-key"), "key");
    call(CallerInterceptor.ofNetwork(new Asked(), streams, statuses), headers);
    assertThat(served).containsExactly(ALICE);
    assertThat(asked).hasSize(2).startsWith(PREDICT);
    Credentials shown = (Credentials) asked.get(1);
    assertThat(shown.address()).isEqualTo("127.0.0.1");
    assertThat(shown.authorization()).isEqualTo("Bearer x");
    assertThat(shown.apiKey()).isEqualTo("key");
    assertThat(shown.certificate().get()).isEmpty();
  }

  @Test
  void ofNetwork_callThatShowsNothing_isAdmittedByItsAddress() {
    call(CallerInterceptor.ofNetwork(new Asked(), streams, statuses), new Metadata());
    Credentials shown = (Credentials) asked.get(1);
    assertThat(shown.authorization()).isEmpty();
    assertThat(shown.apiKey()).isEmpty();
  }

  @Test
  void ofNetwork_callThatIsNotAdmitted_endsThere() {
    closed = true;
    ServerCall.Listener<PredictRequest> listener =
        call(CallerInterceptor.ofNetwork(new Asked(), streams, statuses), new Metadata());
    listener.onMessage(PredictRequest.getDefaultInstance());
    assertThat(served).isEmpty();
    assertThat(wire.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void behind_anotherDoor_theCallerIsWhomItNames() {
    call(CallerInterceptor.behind(() -> ADMITTED, new Asked(), streams, statuses), new Metadata());
    call(CallerInterceptor.behind(() -> null, new Asked(), streams, statuses), new Metadata());
    assertThat(served).containsExactly(ALICE, Caller.UNKNOWN);
    assertThat(asked).containsExactly(PREDICT, ALICE, PREDICT, Caller.UNKNOWN);
  }

  @Test
  void behind_anotherDoor_theCallIsAdmittedAllTheSame() {
    closed = true;
    call(CallerInterceptor.behind(() -> ADMITTED, new Asked(), streams, statuses), new Metadata());
    assertThat(served).isEmpty();
    assertThat(wire.closes()).hasSize(1);
  }

  @Test
  void named_byAHeader_isItsCaller() {
    Metadata.Key<Admitted> key = Metadata.Key.of("caller-bin", new Marshaller());
    Metadata headers = new Metadata();
    headers.put(key, ADMITTED);
    call(CallerInterceptor.named(key, new Asked(), streams, statuses), headers);
    call(CallerInterceptor.named(key, new Asked(), streams, statuses), new Metadata());
    assertThat(served).containsExactly(ALICE, Caller.UNKNOWN);
  }

  private ServerCall.Listener<PredictRequest> call(CallerInterceptor door, Metadata headers) {
    HeardListener<PredictRequest, PredictResponse> service = new HeardListener<>();
    ServerCallHandler<PredictRequest, PredictResponse> next =
        (started, sent) -> {
          served.add(Callers.current());
          return service.startCall(started, sent);
        };
    return door.interceptCall(wire, headers, next);
  }

  private static Metadata.Key<String> header(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class Marshaller implements Metadata.BinaryMarshaller<Admitted> {
    @Override
    public byte[] toBytes(Admitted admitted) {
      return admitted.caller().id().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Admitted parseBytes(byte[] id) {
      Caller caller = new Caller(new String(id, StandardCharsets.UTF_8));
      return new Admitted(caller, () -> caller);
    }
  }

  private final class Asked implements Admission {
    @Override
    public Caller admit(String method, Credentials credentials) {
      return asked(method, credentials, ALICE);
    }

    @Override
    public void admit(String method, Caller caller) {
      asked(method, caller, caller);
    }

    private Caller asked(String method, Object who, Caller caller) {
      asked.add(method);
      asked.add(who);
      if (closed) {
        throw new ServingException(ErrorReason.CREDENTIALS_MISSING, "who are you");
      }
      return caller;
    }

    @Override
    public void check(String method, Caller caller, Object message) {
      throw new AssertionError("no message is looked at here");
    }
  }
}
