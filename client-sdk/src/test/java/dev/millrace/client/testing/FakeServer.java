package dev.millrace.client.testing;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** A real gRPC server on a real port, with hand-written services behind it. */
public final class FakeServer implements AutoCloseable {
  private final Server server;

  private FakeServer(Server server) {
    this.server = server;
  }

  public static FakeServer start(BindableService... services) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
    List.of(services).forEach(builder::addService);
    return new FakeServer(builder.build().start());
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** An error as a Millrace server words it. */
  public static StatusRuntimeException error(io.grpc.Status.Code code, String reason) {
    return error(code, reason, new Metadata());
  }

  /** An error with a pushback, in milliseconds. */
  public static StatusRuntimeException error(
      io.grpc.Status.Code code, String reason, Metadata trailers) {
    Status status =
        Status.newBuilder()
            .setCode(code.value())
            .setMessage("no good")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain("millrace.dev")
                        .putMetadata("model", "mnist")
                        .build()))
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField("inputs[\"x\"]")
                                .setDescription("expected more"))
                        .build()))
            .build();
    return StatusProto.toStatusRuntimeException(status, trailers);
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }
}
