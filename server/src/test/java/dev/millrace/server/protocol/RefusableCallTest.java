package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.testing.FakeServerCall;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

/** Whichever closes a call first has the last word. */
final class RefusableCallTest {
  private static final StatusRuntimeException REFUSAL =
      new StatusRuntimeException(Status.PERMISSION_DENIED, new Metadata());

  private final FakeServerCall<PredictRequest, PredictResponse> wire =
      new FakeServerCall<>(InferenceServiceGrpc.getPredictMethod());
  private final RefusableCall<PredictRequest, PredictResponse> call = RefusableCall.of(wire);

  @Test
  void refuse_beforeTheServiceAnswers_dropsWhatComesLater() {
    assertThat(call.isRefused()).isFalse();
    call.refuse(REFUSAL);
    assertThat(call.isRefused()).isTrue();
    call.sendHeaders(new Metadata());
    call.sendMessage(PredictResponse.getDefaultInstance());
    call.close(Status.OK, new Metadata());
    call.refuse(Status.INTERNAL.asRuntimeException());
    assertThat(wire.headers()).isEmpty();
    assertThat(wire.messages()).isEmpty();
    assertThat(wire.closes()).containsExactly(Status.PERMISSION_DENIED);
  }

  @Test
  void refuse_afterTheServiceHasClosed_changesNothing() {
    call.sendHeaders(new Metadata());
    call.sendMessage(PredictResponse.getDefaultInstance());
    call.close(Status.OK, new Metadata());
    call.refuse(Status.INTERNAL.asRuntimeException());
    assertThat(wire.headers()).hasSize(1);
    assertThat(wire.messages()).hasSize(1);
    assertThat(wire.closes()).containsExactly(Status.OK);
  }

  @Test
  void of_callThatMayBeRefusedAlready_isItself() {
    assertThat(RefusableCall.of(call)).isSameAs(call);
  }
}
