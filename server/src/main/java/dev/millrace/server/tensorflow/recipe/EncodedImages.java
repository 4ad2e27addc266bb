package dev.millrace.server.tensorflow.recipe;

import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeImage;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * From encoded images to the network's input, inside the graph: decoded, made grey, resized with
 * antialiasing and scaled to 0..1. An image that has the network's size already comes out as its
 * very pixels.
 */
final class EncodedImages {
  private static final Shape PIXELS = Shape.of(CnnNetwork.IMAGE_SIZE, CnnNetwork.IMAGE_SIZE, 1);

  private EncodedImages() {}

  /** The op from PNG or JPEG bytes [n] to images [n,28,28,1]. */
  static Operand<TFloat32> decode(Ops tf, Operand<TString> encoded) {
    ConcreteFunction decodeOne = ConcreteFunction.create(EncodedImages::decodeOne);
    return (Operand<TFloat32>)
        tf.mapDefun(
                List.of(encoded), List.of(), List.of(TFloat32.class), List.of(PIXELS), decodeOne)
            .output()
            .get(0);
  }

  private static Signature decodeOne(Ops tf) {
    Placeholder<TString> encoded = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> pixels =
        tf.dtypes.cast(
            tf.image.decodeImage(
                encoded,
                TUint8.class,
                DecodeImage.channels(1L),
                DecodeImage.expandAnimations(false)),
            TFloat32.class);
    Operand<TInt32> sizes =
        tf.slice(tf.shape(pixels), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    Operand<TInt32> wanted = tf.constant(new int[] {CnnNetwork.IMAGE_SIZE, CnnNetwork.IMAGE_SIZE});
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(wanted, TFloat32.class), tf.dtypes.cast(sizes, TFloat32.class));
    Operand<TFloat32> resized =
        tf.image.scaleAndTranslate(
            tf.expandDims(pixels, tf.constant(0)),
            wanted,
            scale,
            tf.constant(new float[] {0f, 0f}),
            ScaleAndTranslate.kernelType("triangle"),
            ScaleAndTranslate.antialias(true));
    Operand<TFloat32> image =
        tf.reshape(tf.math.div(resized, tf.constant(255f)), tf.constant(PIXELS.asArray()));
    return Signature.builder("decode_one").input("encoded", encoded).output("image", image).build();
  }
}
