package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.BindableService;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class ByReferenceTest {
  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final List<PredictRequest> seen = new ArrayList<>();
  private final PredictResponse answer = PredictResponse.newBuilder().setModel("m").build();

  private BindableService service() {
    return new InferenceServiceGrpc.InferenceServiceImplBase() {
      @Override
      public void predict(PredictRequest request, StreamObserver<PredictResponse> observer) {
        seen.add(request);
        observer.onNext(answer);
        observer.onCompleted();
      }
    };
  }

  private PredictResponse call(PredictRequest request, boolean byReference, CallThreads threads)
      throws IOException {
    AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
    Server server =
        InProcessServerBuilder.forAddress(address)
            .directExecutor()
            .addService(new MalformedRequests(statuses).guard(service().bindService(), threads))
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forAddress(address).directExecutor().build();
    try {
      return InferenceServiceGrpc.newBlockingStub(
              byReference ? ClientInterceptors.intercept(channel, new ByReference()) : channel)
          .predict(request);
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1 << 20})
  void call_withinTheProcess_handsTheSameMessagesOver(int inlineBytes) throws IOException {
    PredictRequest request = PredictRequest.newBuilder().setModel("mnist").build();
    CallThreads threads = CallThreads.ofTransport(inlineBytes, Runnable::run, statuses);
    assertThat(call(request, true, threads)).isSameAs(answer);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0)).isSameAs(request);
  }

  @Test
  void call_fromAClientThatWritesItsMessages_isUnderstoodAllTheSame() throws IOException {
    PredictRequest request = PredictRequest.newBuilder().setModel("mnist").build();
    CallThreads threads = CallThreads.ofTransport(0, Runnable::run, statuses);
    assertThat(call(request, false, threads)).isEqualTo(answer);
    assertThat(seen).containsExactly(request);
  }
}
