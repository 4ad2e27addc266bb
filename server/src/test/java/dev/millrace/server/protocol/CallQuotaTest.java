package dev.millrace.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.testing.PuppetClock;
import dev.millrace.server.usage.Budgets;
import dev.millrace.server.usage.Quotas;
import dev.millrace.server.usage.Terms;
import dev.millrace.server.usage.TermsFile;
import dev.millrace.v1.InferenceServiceGrpc;
import dev.millrace.v1.PredictRequest;
import dev.millrace.v1.PredictResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.AnonymousInProcessSocketAddress;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guard around a real gRPC service, on the transports that a server has. */
@Timeout(60)
final class CallQuotaTest {
  private static final Metadata.Key<String> ASIDE =
      Metadata.Key.of("aside", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("caller", Metadata.ASCII_STRING_MARSHALLER);

  private final AtomicInteger answered = new AtomicInteger();
  private final List<Server> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Terms terms = TermsFile.parse("default: {requests: {rate: 1/d, burst: 2}}");
  private final StatusMapper statuses = new StatusMapper(() -> "id");
  private final CallQuota quota =
      new CallQuota(
          new Quotas(() -> terms, why -> {}, () -> 0),
          new Budgets(() -> terms, why -> {}, new PuppetClock()),
          ASIDE,
          statuses);

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    servers.forEach(Server::shutdownNow);
  }

  @Test
  void call_aboveTheQuota_neverReachesTheService() throws IOException {
    ManagedChannel channel = network();
    ask(channel);
    ask(channel);
    assertRefused(channel);
    assertThat(answered).hasValue(2);
  }

  @Test
  void call_asideWithinTheProcess_costsNothing() throws IOException {
    ManagedChannel channel = inside();
    Metadata headers = new Metadata();
    headers.put(CALLER, "a");
    headers.put(ASIDE, "true");
    for (int i = 0; i < 5; i++) {
      ask(channel, headers);
    }
    headers.discardAll(ASIDE);
    ask(channel, headers);
    ask(channel, headers);
    assertThat(code(channel, headers)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void call_thatSaysFromOutsideThatItIsAside_isCountedAllTheSame() throws IOException {
    ManagedChannel channel = network();
    Metadata headers = new Metadata();
    headers.put(ASIDE, "true");
    ask(channel, headers);
    ask(channel, headers);
    assertThat(code(channel, headers)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  private ManagedChannel network() throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .intercept(Callers.byAddress())
            .addService(quota.guard(service()))
            .build()
            .start();
    servers.add(server);
    return keep(
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build());
  }

  private ManagedChannel inside() throws IOException {
    AnonymousInProcessSocketAddress address = new AnonymousInProcessSocketAddress();
    servers.add(
        InProcessServerBuilder.forAddress(address)
            .intercept(Callers.named(CALLER))
            .addService(quota.guard(service()))
            .build()
            .start());
    return keep(InProcessChannelBuilder.forAddress(address).build());
  }

  private ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  private io.grpc.ServerServiceDefinition service() {
    return new MalformedRequests(statuses)
        .guard(
            new InferenceServiceGrpc.InferenceServiceImplBase() {
              @Override
              public void predict(
                  PredictRequest request, StreamObserver<PredictResponse> observer) {
                answered.incrementAndGet();
                observer.onNext(PredictResponse.getDefaultInstance());
                observer.onCompleted();
              }
            }.bindService(),
            CallThreads.ofTransport(1 << 20, Runnable::run, statuses));
  }

  private static void ask(ManagedChannel channel) {
    ask(channel, new Metadata());
  }

  private static void ask(ManagedChannel channel, Metadata headers) {
    assertThat(
            InferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .predict(PredictRequest.getDefaultInstance()))
        .isEqualTo(PredictResponse.getDefaultInstance());
  }

  private static void assertRefused(ManagedChannel channel) {
    assertThat(code(channel, new Metadata())).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  private static Status.Code code(ManagedChannel channel, Metadata headers) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> ask(channel, headers))
        .getStatus()
        .getCode();
  }
}
