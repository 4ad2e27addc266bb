package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MapDefun;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * The part of a graph that makes network input of encoded pictures: each is decoded, made grey,
 * brought to the network's size and scaled to 0..1. Pictures of one batch may differ in size.
 */
final class ImageDecoding {
  private static final Shape IMAGE = Shape.of(MnistNetwork.HEIGHT, MnistNetwork.WIDTH, 1);

  private ImageDecoding() {}

  /**
   * Adds it.
   *
   * @param encoded PNG or JPEG bytes, [-1]
   * @return {@link MnistNetwork#IMAGES}
   */
  static Operand<TFloat32> add(Ops tf, Operand<TString> encoded) {
    try (ConcreteFunction decode = ConcreteFunction.create(ImageDecoding::one)) {
      MapDefun all =
          tf.mapDefun(List.of(encoded), List.of(), List.of(TFloat32.class), List.of(IMAGE), decode);
      return all.iterator().next().asOutput().expect(TFloat32.class);
    }
  }

  private static Signature one(Ops tf) {
    Operand<TString> encoded =
        tf.withName("encoded").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TUint8> decoded =
        tf.image.decodeImage(
            encoded, TUint8.class, DecodeImage.channels(1L), DecodeImage.expandAnimations(false));
    Operand<TFloat32> picture =
        tf.expandDims(tf.dtypes.cast(decoded, TFloat32.class), tf.constant(0));
    Operand<TFloat32> resized = resize(tf, picture, tf.shape(decoded));
    Operand<TFloat32> image =
        tf.math.div(tf.reshape(resized, tf.constant(IMAGE)), tf.constant(255f));
    return Signature.builder("decode_image")
        .input("encoded", encoded)
        .output("image", image)
        .build();
  }

  /** With smoothing, so that thin strokes of a large picture stay visible. */
  private static Operand<TFloat32> resize(
      Ops tf, Operand<TFloat32> picture, Operand<TInt32> shape) {
    Operand<TInt32> size = tf.array(MnistNetwork.HEIGHT, MnistNetwork.WIDTH);
    Operand<TInt32> given = tf.slice(shape, tf.array(0), tf.array(2));
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(size, TFloat32.class), tf.dtypes.cast(given, TFloat32.class));
    return tf.image.scaleAndTranslate(
        picture,
        size,
        scale,
        tf.array(0f, 0f),
        ScaleAndTranslate.kernelType("triangle"),
        ScaleAndTranslate.antialias(true));
  }
}
