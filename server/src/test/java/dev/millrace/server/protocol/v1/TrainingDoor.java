package dev.millrace.server.protocol.v1;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.millrace.server.protocol.CallerInterceptor;
import dev.millrace.server.protocol.OpenStreams;
import dev.millrace.server.protocol.StatusMapper;
import dev.millrace.server.testing.OpenAdmission;
import dev.millrace.server.testing.TrainingRig;
import dev.millrace.server.training.TrainingJobs;
import dev.millrace.v1.TrainingServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The training service on a real port, over a rig that the test drives. */
final class TrainingDoor implements AutoCloseable {
  private final ExecutorService executor = Executors.newFixedThreadPool(4);
  private final TrainingRig rig;
  private final TrainingJobs jobs;
  private final Server server;
  private final ManagedChannel channel;

  TrainingDoor(TrainingRig rig) throws IOException {
    this.rig = rig;
    this.jobs = rig.open();
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(executor)
            .intercept(
                CallerInterceptor.ofNetwork(
                    new OpenAdmission(), new OpenStreams(executor), new StatusMapper(() -> "e1")))
            .addService(new TrainingServiceV1(jobs, new StatusMapper(() -> "e1"), executor))
            .build()
            .start();
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .flowControlWindow(64 * 1024)
            .build();
  }

  TrainingRig rig() {
    return rig;
  }

  TrainingJobs jobs() {
    return jobs;
  }

  TrainingServiceGrpc.TrainingServiceBlockingStub blocking() {
    return TrainingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  TrainingServiceGrpc.TrainingServiceStub async() {
    return TrainingServiceGrpc.newStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  static <M extends Message> Optional<M> detail(StatusRuntimeException error, Class<M> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return Optional.empty();
    }
    try {
      for (Any any : status.getDetailsList()) {
        if (any.is(type)) {
          return Optional.of(any.unpack(type));
        }
      }
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
    return Optional.empty();
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    executor.shutdownNow();
  }
}
