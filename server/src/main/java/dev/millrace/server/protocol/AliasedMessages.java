package dev.millrace.server.protocol;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Parses messages whose {@code bytes} fields are views of the one array that the message was read
 * into, where gRPC would copy them again; those handed over within the process are taken as they
 * are. Thread-safe.
 */
final class AliasedMessages<T> implements MethodDescriptor.Marshaller<T> {
  private final MethodDescriptor.Marshaller<T> original;
  private final MessageLite prototype;

  private AliasedMessages(MethodDescriptor.Marshaller<T> original, MessageLite prototype) {
    this.original = original;
    this.prototype = prototype;
  }

  /** The same method with aliased messages, where they are protobuf messages. */
  static <Q, A> MethodDescriptor<Q, A> of(MethodDescriptor<Q, A> method) {
    return method.toBuilder(of(method.getRequestMarshaller()), of(method.getResponseMarshaller()))
        .build();
  }

  private static <T> MethodDescriptor.Marshaller<T> of(MethodDescriptor.Marshaller<T> original) {
    return original instanceof MethodDescriptor.PrototypeMarshaller<T> known
            && known.getMessagePrototype() instanceof MessageLite prototype
        ? new AliasedMessages<>(original, prototype)
        : original;
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
    MessageLite handedOver = MessageStream.messageOf(stream, prototype);
    if (handedOver != null) {
      return (T) handedOver;
    }
    // Nobody else closes a stream that was taken over from gRPC; a second close does nothing.
    try (stream) {
      byte[] bytes = readAll(stream);
      CodedInputStream coded = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      coded.enableAliasing(true);
      MessageLite message =
          prototype.getParserForType().parseFrom(coded, ExtensionRegistryLite.getEmptyRegistry());
      coded.checkLastTagWas(0);
      return (T) message;
    } catch (InvalidProtocolBufferException malformed) {
      throw Status.INTERNAL.withCause(malformed).asRuntimeException();
    } catch (IOException broken) {
      throw Status.INTERNAL.withCause(broken).asRuntimeException();
    }
  }

  /** gRPC's streams know their length, so that one array of the right size will do. */
  private static byte[] readAll(InputStream stream) throws IOException {
    byte[] bytes = new byte[stream.available()];
    int length = stream.readNBytes(bytes, 0, bytes.length);
    int next = length < bytes.length ? -1 : stream.read();
    if (next < 0) {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
    byte[] rest = stream.readAllBytes();
    byte[] all = Arrays.copyOf(bytes, length + 1 + rest.length);
    all[length] = (byte) next;
    System.arraycopy(rest, 0, all, length + 1, rest.length);
    return all;
  }
}
