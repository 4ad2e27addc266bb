package dev.millrace.server.fuzz;

import com.google.protobuf.MessageLite;
import dev.millrace.server.testing.RawCall;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes calls of messages: some are damaged, some callers are in haste. Confined to one thread. */
final class CallShaper {
  private final Random random;
  private final ByteMangler mangler;

  CallShaper(Random random) {
    this.random = random;
    this.mangler = new ByteMangler(random);
  }

  /**
   * A unary call.
   *
   * @param right what must hold of an answer if the message arrives as it is
   */
  FuzzCall unary(
      MethodDescriptor<?, ?> method, MessageLite message, @Nullable Predicate<byte[]> right) {
    return unary(method, Map.of(), message, right);
  }

  FuzzCall unary(
      MethodDescriptor<?, ?> method,
      Map<String, String> headers,
      MessageLite message,
      @Nullable Predicate<byte[]> right) {
    byte[] bytes = message.toByteArray();
    byte[] sent = damaged(bytes);
    return call(method, headers, List.of(sent), bytes == sent ? right : null);
  }

  FuzzCall call(
      MethodDescriptor<?, ?> method,
      Map<String, String> headers,
      List<byte[]> messages,
      @Nullable Predicate<byte[]> right) {
    long deadlineMicros = random.nextInt(10) == 0 ? 1 + random.nextInt(20_000) : 0;
    int cancelAfter = random.nextInt(20) == 0 ? random.nextInt(2000) : -1;
    return new FuzzCall(
        RawCall.onBytes(method), headers, messages, right, deadlineMicros, cancelAfter);
  }

  /** The message, or one time in five something that it has become. */
  byte[] damaged(byte[] message) {
    return random.nextInt(5) == 0 ? mangler.mangle(message) : message;
  }
}
