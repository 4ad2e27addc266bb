package dev.millrace.server.tensorflow.recipe;

import java.nio.ByteBuffer;
import org.tensorflow.EagerSession;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Makes grey pictures of one size. Not safe for use by many threads. */
final class PngEncoder implements AutoCloseable {
  private final EagerSession session = EagerSession.create();
  private final Ops tf = Ops.create(session);
  private final Shape shape;

  PngEncoder(int height, int width) {
    shape = Shape.of(height, width, 1);
  }

  /** A grey PNG of one image, given as values of 0..1. */
  ByteBuffer encode(float[] image) {
    byte[] bytes = new byte[image.length];
    for (int i = 0; i < image.length; i++) {
      bytes[i] = (byte) Math.round(image[i] * 255);
    }
    try (TUint8 pixels = TUint8.tensorOf(shape, DataBuffers.of(bytes));
        TString png = tf.image.encodePng(tf.constantOf(pixels)).contents().asTensor()) {
      return ByteBuffer.wrap(png.asBytes().getObject());
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
