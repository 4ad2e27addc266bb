package dev.millrace.server.testing;

import dev.millrace.v1.InferenceServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Predict calls of any bytes, without a thread that waits. */
public final class RawPredict {
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      InferenceServiceGrpc.getPredictMethod().toBuilder(new Bytes(), new Bytes()).build();

  private RawPredict() {}

  /** Hears how a call ended; the answer is empty when there was none. */
  @FunctionalInterface
  public interface Ending {
    void onEnd(Status status, Metadata trailers, byte[] answer);
  }

  /** Sends a request; the call may be cancelled. */
  public static ClientCall<byte[], byte[]> send(
      ManagedChannel channel, byte[] request, long deadlineMicros, Ending ending) {
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            METHOD, CallOptions.DEFAULT.withDeadlineAfter(deadlineMicros, TimeUnit.MICROSECONDS));
    call.start(
        new ClientCall.Listener<>() {
          private byte[] answer = {};

          @Override
          public void onMessage(byte[] message) {
            answer = message;
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ending.onEnd(status, trailers, answer);
          }
        },
        new Metadata());
    call.sendMessage(request);
    call.halfClose();
    call.request(2);
    return call;
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }
}
