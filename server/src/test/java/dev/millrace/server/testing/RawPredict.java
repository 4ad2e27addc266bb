package dev.millrace.server.testing;

import dev.millrace.v1.InferenceServiceGrpc;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;

/** Predict calls of any bytes, without a thread that waits. */
public final class RawPredict {
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      RawCall.onBytes(InferenceServiceGrpc.getPredictMethod());

  private RawPredict() {}

  /** Hears how a call ended; the answer is empty when there was none. */
  @FunctionalInterface
  public interface Ending {
    void onEnd(Status status, Metadata trailers, byte[] answer);
  }

  /** Sends a request; the call may be cancelled. */
  public static ClientCall<byte[], byte[]> send(
      ManagedChannel channel, byte[] request, long deadlineMicros, Ending ending) {
    return RawCall.send(
        channel,
        METHOD,
        new Metadata(),
        List.of(request),
        deadlineMicros,
        (status, trailers, answers) ->
            ending.onEnd(status, trailers, answers.isEmpty() ? new byte[0] : answers.get(0)));
  }
}
