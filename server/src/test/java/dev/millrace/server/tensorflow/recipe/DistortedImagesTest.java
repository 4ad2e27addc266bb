package dev.millrace.server.tensorflow.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.EagerSession;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

final class DistortedImagesTest {
  private static final int SIZE = 28;
  private static final int COUNT = 40;

  @Test
  void of_noDistortion_areTheVeryImages() {
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      Operand<TFloat32> images = squares(tf);
      assertThat(DistortedImages.of(tf, images, Distortion.NONE, 1, tf.constant(0L)))
          .isSameAs(images);
    }
  }

  @ParameterizedTest
  @CsvSource({"15, 0, 0, 0", "0, 0.2, 0, 0", "0, 0, 3, 0", "0, 0, 0, 2", "15, 0.1, 2, 1"})
  void of_anyDistortion_changesImagesEachInItsWayAndKeepsTheirRange(
      float rotation, float scale, float shift, float elastic) {
    Distortion distortion = new Distortion(rotation, scale, shift, elastic);
    float[] plain = distorted(Distortion.NONE, 1, 0);
    float[] first = distorted(distortion, 1, 0);
    assertThat(distorted(distortion, 1, 0)).as("the same seed and step").isEqualTo(first);
    assertThat(distorted(distortion, 1, 1)).as("another step").isNotEqualTo(first);
    assertThat(distorted(distortion, 2, 0)).as("another seed").isNotEqualTo(first);
    int changed = 0;
    for (int image = 0; image < COUNT; image++) {
      float[] before = imageOf(plain, image);
      float[] after = imageOf(first, image);
      for (float pixel : after) {
        assertThat(pixel).isBetween(-1e-6f, 1 + 1e-6f);
      }
      changed += Arrays.equals(before, after) ? 0 : 1;
      assertThat(sum(after))
          .as("ink of image %d", image)
          .isBetween(0.5f * sum(before), 1.7f * sum(before));
    }
    assertThat(changed).isGreaterThan(COUNT * 9 / 10);
    assertThat(imageOf(first, 0)).isNotEqualTo(imageOf(first, 1));
  }

  @Test
  void of_shift_movesTheMiddleByNoMoreThanAsked() {
    float[] shifted = distorted(new Distortion(0, 0, 3, 0), 5, 0);
    float most = 0;
    for (int image = 0; image < COUNT; image++) {
      float[] pixels = imageOf(shifted, image);
      float x = middle(pixels, true) - (SIZE - 1) / 2f;
      float y = middle(pixels, false) - (SIZE - 1) / 2f;
      most = Math.max(most, Math.max(Math.abs(x), Math.abs(y)));
    }
    assertThat(most).isBetween(2f, 3.01f);
  }

  @Test
  void of_rotationAndScale_keepTheMiddle() {
    float[] turned = distorted(new Distortion(20, 0.2f, 0, 0), 5, 0);
    for (int image = 0; image < COUNT; image++) {
      float[] pixels = imageOf(turned, image);
      assertThat(middle(pixels, true)).isCloseTo((SIZE - 1) / 2f, within(0.05f));
      assertThat(middle(pixels, false)).isCloseTo((SIZE - 1) / 2f, within(0.05f));
    }
  }

  private static float[] distorted(Distortion distortion, long seed, long step) {
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      try (TFloat32 images =
          DistortedImages.of(tf, squares(tf), distortion, seed, tf.constant(step)).asTensor()) {
        float[] pixels = new float[COUNT * SIZE * SIZE];
        images.asRawTensor().data().asFloats().read(pixels);
        return pixels;
      }
    }
  }

  /** A square of 8 in the middle of each image. */
  private static Operand<TFloat32> squares(Ops tf) {
    float[] pixels = new float[COUNT * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      int x = i % SIZE;
      int y = i / SIZE % SIZE;
      pixels[i] = x >= 10 && x < 18 && y >= 10 && y < 18 ? 1 : 0;
    }
    return tf.constant(Shape.of(COUNT, SIZE, SIZE, 1), DataBuffers.of(pixels));
  }

  private static float[] imageOf(float[] all, int image) {
    return Arrays.copyOfRange(all, image * SIZE * SIZE, (image + 1) * SIZE * SIZE);
  }

  private static float sum(float[] pixels) {
    float sum = 0;
    for (float pixel : pixels) {
      sum += pixel;
    }
    return sum;
  }

  private static float middle(float[] pixels, boolean horizontally) {
    float sum = 0;
    for (int i = 0; i < pixels.length; i++) {
      sum += pixels[i] * (horizontally ? i % SIZE : i / SIZE);
    }
    return sum / sum(pixels);
  }
}
