package dev.millrace.server.fuzz;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One call of the fuzzer.
 *
 * @param method what is called
 * @param headers what goes before the messages
 * @param messages what is sent; several for a stream
 * @param right what must hold of an answer, where the request is one that has an answer
 * @param deadlineMicros its deadline; 0 for a generous one
 * @param cancelAfter turns of a loop after which the caller goes away; -1 for never
 */
record FuzzCall(
    MethodDescriptor<byte[], byte[]> method,
    Map<String, String> headers,
    List<byte[]> messages,
    @Nullable Predicate<byte[]> right,
    long deadlineMicros,
    int cancelAfter) {
  boolean isPatient() {
    return deadlineMicros == 0 && cancelAfter < 0;
  }

  boolean isNative() {
    return method.getFullMethodName().startsWith("millrace.");
  }

  /** The same without haste. */
  FuzzCall patient() {
    return new FuzzCall(method, headers, messages, right, 0, -1);
  }

  /** All that is sent, one message after the other. */
  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    messages.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
