package dev.millrace.server.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;

/** Tensors' elements as messages carry them. Stateless. */
public final class RawBytes {
  private RawBytes() {}

  /**
   * The elements of a tensor of fixed-size ones, little-endian and row-major; not copied when they
   * lie on the heap, since the core hands out tensors that nobody changes any more.
   */
  public static ByteString of(TensorData tensor) {
    ByteString data = ByteString.EMPTY;
    for (ByteBuffer part : tensor.sharedParts()) {
      // Of a read-only buffer this would make a copy.
      data = data.concat(UnsafeByteOperations.unsafeWrap(part));
    }
    return data;
  }
}
