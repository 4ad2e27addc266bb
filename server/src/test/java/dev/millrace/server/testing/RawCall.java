package dev.millrace.server.testing;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Calls of any method with any bytes, without a thread that waits. */
public final class RawCall {
  private RawCall() {}

  /** Hears how a call ended, and what was answered before. */
  @FunctionalInterface
  public interface Ending {
    void onEnd(Status status, Metadata trailers, List<byte[]> answers);
  }

  /** A method, on bytes. */
  public static MethodDescriptor<byte[], byte[]> onBytes(MethodDescriptor<?, ?> method) {
    return method.toBuilder(new Bytes(), new Bytes()).build();
  }

  /** Sends messages, all at once; the call may be cancelled. */
  public static ClientCall<byte[], byte[]> send(
      Channel channel,
      MethodDescriptor<byte[], byte[]> method,
      Metadata headers,
      List<byte[]> messages,
      long deadlineMicros,
      Ending ending) {
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(deadlineMicros, TimeUnit.MICROSECONDS));
    call.start(
        new ClientCall.Listener<>() {
          private final List<byte[]> answers = new ArrayList<>();

          @Override
          public void onMessage(byte[] message) {
            answers.add(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ending.onEnd(status, trailers, answers);
          }
        },
        headers);
    messages.forEach(call::sendMessage);
    call.halfClose();
    call.request(Integer.MAX_VALUE);
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
