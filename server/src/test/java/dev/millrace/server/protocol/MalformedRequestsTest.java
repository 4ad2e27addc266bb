package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.inference.GRPCInferenceServiceGrpc;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelStreamInferResponse;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MalformedRequestsTest {
  private static final PredictResponse ANSWER =
      PredictResponse.newBuilder().setModel("models/m/versions/1").build();

  private final List<Object> sent = new ArrayList<>();
  private final List<Status> ends = new ArrayList<>();

  @Test
  void guard_answer_writesItselfIntoTheTransport() throws IOException {
    call(PredictRequest.newBuilder().setModel("m").build().toByteArray());
    assertThat(ends).extracting(Status::getCode).containsExactly(Status.Code.OK);
    // A stream that is neither is read into an array first, and that copied once more.
    assertThat(sent).singleElement().isInstanceOf(Drainable.class).isInstanceOf(KnownLength.class);
    ByteArrayOutputStream transport = new ByteArrayOutputStream();
    ((Drainable) sent.get(0)).drainTo(transport);
    assertThat(PredictResponse.parseFrom(transport.toByteArray())).isEqualTo(ANSWER);
  }

  @Test
  void guard_bytesThatAreNoMessage_areTheCallersFault() {
    call(new byte[] {(byte) 0xFF, 1, 2});
    assertThat(sent).isEmpty();
    assertThat(ends).singleElement().satisfies(this::isMalformed);
  }

  @Test
  void guard_messagesAfterOneThatIsNone_areDropped() {
    StreamCall stream = new StreamCall();
    stream.message(ModelInferRequest.newBuilder().setId("1").build().toByteArray());
    stream.message(new byte[] {(byte) 0xFF});
    stream.message(new byte[] {(byte) 0xFF});
    stream.message(ModelInferRequest.newBuilder().setId("2").build().toByteArray());
    stream.listener.onHalfClose();
    assertThat(stream.service.heard).containsExactly("1");
    assertThat(ends).singleElement().satisfies(this::isMalformed);
  }

  @Test
  void guard_answersAfterAMessageThatIsNone_areDropped() {
    StreamCall stream = new StreamCall();
    stream.message(new byte[] {(byte) 0xFF});
    stream.service.answers.onNext(ModelStreamInferResponse.getDefaultInstance());
    stream.service.answers.onCompleted();
    assertThat(sent).isEmpty();
    assertThat(ends).singleElement().satisfies(this::isMalformed);
  }

  @Test
  void guard_noMessageAfterTheServiceHasEnded_changesNothing() {
    StreamCall stream = new StreamCall();
    stream.service.answers.onCompleted();
    stream.message(new byte[] {(byte) 0xFF});
    assertThat(ends).extracting(Status::getCode).containsExactly(Status.Code.OK);
  }

  private void isMalformed(Status status) {
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription())
        .matches("the request is no (Predict|ModelStreamInfer) message.*");
  }

  private void call(byte[] request) {
    StatusMapper statuses = new StatusMapper(() -> "e1");
    ServerServiceDefinition guarded =
        new MalformedRequests(statuses)
            .guard(new Service().bindService(), CallThreads.of(Runnable::run, statuses));
    begin(guarded.getMethod(InferenceServiceGrpc.getPredictMethod().getFullMethodName()), request);
  }

  private <Q, A> void begin(ServerMethodDefinition<Q, A> method, byte[] request) {
    ServerCall.Listener<Q> listener =
        method.getServerCallHandler().startCall(new Call<>(method), new Metadata());
    listener.onMessage(
        method.getMethodDescriptor().parseRequest(new ByteArrayInputStream(request)));
    listener.onHalfClose();
  }

  /** A stream of predictions that its service answers when the test says so. */
  private final class StreamCall {
    final StreamService service = new StreamService();
    final ServerMethodDefinition<Object, Object> method;
    final ServerCall.Listener<Object> listener;

    @SuppressWarnings("unchecked")
    StreamCall() {
      StatusMapper statuses = new StatusMapper(() -> "e1");
      String name = GRPCInferenceServiceGrpc.getModelStreamInferMethod().getFullMethodName();
      method =
          (ServerMethodDefinition<Object, Object>)
              new MalformedRequests(statuses)
                  .guard(service.bindService(), CallThreads.of(Runnable::run, statuses))
                  .getMethod(name);
      listener = method.getServerCallHandler().startCall(new Call<>(method), new Metadata());
    }

    void message(byte[] bytes) {
      listener.onMessage(
          method.getMethodDescriptor().parseRequest(new ByteArrayInputStream(bytes)));
    }
  }

  private static final class StreamService
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    final List<String> heard = new ArrayList<>();
    StreamObserver<ModelStreamInferResponse> answers;

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> observer) {
      answers = observer;
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          heard.add(request.getId());
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private static final class Service extends InferenceServiceGrpc.InferenceServiceImplBase {
    @Override
    public void predict(PredictRequest request, StreamObserver<PredictResponse> observer) {
      observer.onNext(ANSWER);
      observer.onCompleted();
    }
  }

  private final class Call<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> method;

    Call(ServerMethodDefinition<Q, A> method) {
      this.method = method.getMethodDescriptor();
    }

    @Override
    public void request(int count) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(A message) {
      InputStream stream = method.streamResponse(message);
      sent.add(stream);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      assertThat(ends).as("gRPC's own calls can be closed once").isEmpty();
      ends.add(status);
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return method;
    }
  }
}
