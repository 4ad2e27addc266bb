package dev.millrace.server.protocol;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages over to services of the same process as they are, without writing and parsing
 * them. Thread-safe.
 */
public final class ByReference implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return next.newCall(
        method.toBuilder(
                new Reference<>(method.getRequestMarshaller()),
                new Reference<>(method.getResponseMarshaller()))
            .build(),
        options);
  }

  private static final class Reference<T> implements MethodDescriptor.Marshaller<T> {
    private final MethodDescriptor.Marshaller<T> original;
    private final @Nullable MessageLite prototype;

    Reference(MethodDescriptor.Marshaller<T> original) {
      this.original = original;
      this.prototype =
          original instanceof MethodDescriptor.PrototypeMarshaller<T> known
                  && known.getMessagePrototype() instanceof MessageLite message
              ? message
              : null;
    }

    @Override
    public InputStream stream(T value) {
      return value instanceof MessageLite message
          ? new MessageStream(message)
          : original.stream(value);
    }

    @Override
    @SuppressWarnings("unchecked")
    public T parse(InputStream stream) {
      MessageLite message = prototype == null ? null : MessageStream.messageOf(stream, prototype);
      return message == null ? original.parse(stream) : (T) message;
    }
  }
}
