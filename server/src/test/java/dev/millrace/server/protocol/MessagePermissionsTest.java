package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Credentials;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.server.testing.HeardListener;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No message reaches a service that its caller may not send. */
final class MessagePermissionsTest {
  private static final String PREDICT = "millrace.v1.InferenceService/Predict";

  private final List<String> asked = new ArrayList<>();
  private final FakeServerCall<PredictRequest, PredictResponse> wire =
      new FakeServerCall<>(InferenceServiceGrpc.getPredictMethod());
  private final HeardListener<PredictRequest, PredictResponse> service = new HeardListener<>();
  private final MessagePermissions permissions =
      new MessagePermissions(new ByModel(), new StatusMapper(() -> "id"));

  @Test
  void onMessage_thatIsPermitted_reachesTheService() {
    ServerCall.Listener<PredictRequest> listener = listen();
    listener.onMessage(of("models/open"));
    listener.onHalfClose();
    assertThat(asked).containsExactly(PREDICT + " alice models/open");
    assertThat(service.messages()).containsExactly(of("models/open"));
    assertThat(service.isHalfClosed()).isTrue();
    assertThat(wire.closes()).isEmpty();
  }

  @Test
  void onMessage_thatIsNot_endsTheCallWithoutTheService() {
    ServerCall.Listener<PredictRequest> listener = listen();
    listener.onMessage(of("models/open"));
    listener.onMessage(of("models/closed"));
    listener.onMessage(of("models/open"));
    listener.onHalfClose();
    assertThat(service.messages()).containsExactly(of("models/open"));
    assertThat(service.isHalfClosed()).isFalse();
    assertThat(asked).hasSize(2);
    assertThat(wire.closes())
        .extracting(Status::getCode)
        .containsExactly(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void guard_aService_isTheSameWithItsMethods() {
    ServerServiceDefinition guarded =
        permissions.guard(new InferenceServiceGrpc.InferenceServiceImplBase() {}.bindService());
    assertThat(guarded.getMethod(PREDICT)).isNotNull();
  }

  private ServerCall.Listener<PredictRequest> listen() {
    Context context = Callers.with(new Caller("alice"));
    Context before = context.attach();
    try {
      return permissions.interceptCall(wire, new Metadata(), service);
    } finally {
      context.detach(before);
    }
  }

  private static PredictRequest of(String model) {
    return PredictRequest.newBuilder().setModel(model).build();
  }

  private final class ByModel implements Admission {
    @Override
    public Caller admit(String method, Credentials credentials) {
      throw new AssertionError("it was admitted at the door");
    }

    @Override
    public void admit(String method, Caller caller) {
      throw new AssertionError("it was admitted at the door");
    }

    @Override
    public void check(String method, Caller caller, Object message) {
      String model = ((PredictRequest) message).getModel();
      asked.add(method + " " + caller.id() + " " + model);
      if (model.equals("models/closed")) {
        throw new ServingException(ErrorReason.PERMISSION_MISSING, "no");
      }
    }
  }
}
