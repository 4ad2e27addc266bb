package dev.millrace.server.evaluation.explain;

import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;

/** What counts as nothing there. Stateless. */
final class Baselines {
  private Baselines() {}

  /** Zeros of a tensor's type and shape; all of its bytes are 0 in every type of fixed size. */
  static TensorData zeros(TensorData like) {
    return TensorData.ofBytes(
        like.dtype(), like.shape(), ByteBuffer.allocate(Math.toIntExact(like.byteCount())));
  }
}
