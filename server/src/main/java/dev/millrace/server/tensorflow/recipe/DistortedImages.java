package dev.millrace.server.tensorflow.recipe;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.image.ImageProjectiveTransformV3;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The part of a training graph that distorts its images. How depends on the seed and the step
 * alone, so that a run that goes on from a checkpoint is the same run. The elastic part moves
 * pixels along a smooth random field (Simard et al., 2003); here the field is a coarse grid of
 * random moves, enlarged by cubic interpolation.
 */
final class DistortedImages {
  private static final int SIZE = MnistNetwork.HEIGHT;
  private static final float MIDDLE = (SIZE - 1) / 2f;
  private static final int GRID = 6;

  private final Ops tf;
  private final Distortion distortion;
  private final long seed;
  private final Operand<TInt64> step;

  private DistortedImages(Ops tf, Distortion distortion, long seed, Operand<TInt64> step) {
    this.tf = tf;
    this.distortion = distortion;
    this.seed = seed;
    this.step = step;
  }

  /**
   * Adds it.
   *
   * @param images {@link MnistNetwork#IMAGES}
   * @return as many images of the same shape; the very same where nothing is distorted
   */
  static Operand<TFloat32> of(
      Ops root, Operand<TFloat32> images, Distortion distortion, long seed, Operand<TInt64> step) {
    DistortedImages parts =
        new DistortedImages(root.withSubScope("distort"), distortion, seed, step);
    Operand<TFloat32> result = images;
    if (distortion.isElastic()) {
      result = parts.elastic(result);
    }
    if (distortion.isAffine()) {
      result = parts.affine(result);
    }
    return result;
  }

  private Operand<TFloat32> affine(Operand<TFloat32> images) {
    Operand<TFloat32> angle = random(1, images, distortion.rotation() * (float) Math.PI / 180);
    Operand<TFloat32> zoom = tf.math.add(tf.constant(1f), random(2, images, distortion.scale()));
    Operand<TFloat32> cosine = tf.math.div(tf.math.cos(angle), zoom);
    Operand<TFloat32> sine = tf.math.div(tf.math.sin(angle), zoom);
    Operand<TFloat32> zero = tf.zerosLike(angle);
    List<Operand<TFloat32>> rows =
        List.of(
            cosine,
            tf.math.neg(sine),
            offset(tf.math.sub(cosine, sine), random(3, images, distortion.shift())),
            sine,
            cosine,
            offset(tf.math.add(cosine, sine), random(4, images, distortion.shift())),
            zero,
            zero);
    return tf.image.imageProjectiveTransformV3(
        images,
        tf.stack(rows, Stack.axis(1L)),
        tf.array(SIZE, SIZE),
        tf.constant(0f),
        "BILINEAR",
        ImageProjectiveTransformV3.fillMode("CONSTANT"));
  }

  /** What keeps the middle in its place, and the shift. */
  private Operand<TFloat32> offset(Operand<TFloat32> sumOfRow, Operand<TFloat32> shift) {
    return tf.math.add(
        tf.math.mul(tf.constant(MIDDLE), tf.math.sub(tf.constant(1f), sumOfRow)), shift);
  }

  private Operand<TFloat32> elastic(Operand<TFloat32> images) {
    Operand<TInt32> count = count(images);
    Operand<TFloat32> grid =
        uniform(0, tf.concat(List.of(count, tf.array(GRID, GRID, 2)), tf.constant(0)));
    Operand<TFloat32> moves =
        tf.math.mul(
            tf.image.resizeBicubic(grid, tf.array(SIZE, SIZE)), tf.constant(distortion.elastic()));
    List<Operand<TFloat32>> yx = new ArrayList<>();
    tf.unstack(moves, 2L, Unstack.axis(3L)).forEach(yx::add);
    Operand<TFloat32> places =
        tf.range(tf.constant(0f), tf.constant((float) SIZE), tf.constant(1f));
    Operand<TFloat32> y = inside(tf.math.add(yx.get(0), tf.reshape(places, tf.array(1, SIZE, 1))));
    Operand<TFloat32> x = inside(tf.math.add(yx.get(1), tf.reshape(places, tf.array(1, 1, SIZE))));
    Operand<TFloat32> top = tf.math.floor(y);
    Operand<TFloat32> left = tf.math.floor(x);
    Operand<TFloat32> down = tf.math.sub(y, top);
    Operand<TFloat32> right = tf.math.sub(x, left);
    Pixels pixels = new Pixels(images, count);
    Operand<TFloat32> upper =
        between(pixels.at(top, left, 0, 0), pixels.at(top, left, 0, 1), right);
    Operand<TFloat32> lower =
        between(pixels.at(top, left, 1, 0), pixels.at(top, left, 1, 1), right);
    return tf.expandDims(between(upper, lower, down), tf.constant(3));
  }

  /** All pixels of a batch, by image, row and column. */
  private final class Pixels {
    private final Operand<TFloat32> flat;
    private final Operand<TInt32> firsts;

    Pixels(Operand<TFloat32> images, Operand<TInt32> count) {
      flat = tf.reshape(images, tf.array(-1));
      Operand<TInt32> numbers =
          tf.range(tf.constant(0), tf.reshape(count, tf.constant(new int[0])), tf.constant(1));
      firsts = tf.reshape(tf.math.mul(numbers, tf.constant(SIZE * SIZE)), tf.array(-1, 1, 1));
    }

    Operand<TFloat32> at(Operand<TFloat32> y, Operand<TFloat32> x, int below, int beside) {
      Operand<TInt32> row = clipped(y, below);
      Operand<TInt32> column = clipped(x, beside);
      Operand<TInt32> index =
          tf.math.add(firsts, tf.math.add(tf.math.mul(row, tf.constant(SIZE)), column));
      return tf.gather(flat, index, tf.constant(0));
    }

    private Operand<TInt32> clipped(Operand<TFloat32> place, int further) {
      return tf.math.minimum(
          tf.math.add(tf.dtypes.cast(place, TInt32.class), tf.constant(further)),
          tf.constant(SIZE - 1));
    }
  }

  private Operand<TFloat32> inside(Operand<TFloat32> place) {
    return tf.math.minimum(
        tf.math.maximum(place, tf.constant(0f)), tf.constant((float) (SIZE - 1)));
  }

  private Operand<TFloat32> between(
      Operand<TFloat32> first, Operand<TFloat32> second, Operand<TFloat32> share) {
    return tf.math.add(first, tf.math.mul(share, tf.math.sub(second, first)));
  }

  /** A number for each image, from -most to most. */
  private Operand<TFloat32> random(int use, Operand<TFloat32> images, float most) {
    return tf.math.mul(uniform(use, count(images)), tf.constant(most));
  }

  private Operand<TInt32> count(Operand<TFloat32> images) {
    return tf.slice(tf.shape(images), tf.array(0), tf.array(1));
  }

  /** Numbers from -1 to 1; each use draws its own. */
  private Operand<TFloat32> uniform(int use, Operand<TInt32> shape) {
    Operand<TFloat32> drawn =
        tf.random.statelessRandomUniform(shape, tf.stack(List.of(tf.constant(seed + use), step)));
    return tf.math.sub(tf.math.mul(drawn, tf.constant(2f)), tf.constant(1f));
  }
}
