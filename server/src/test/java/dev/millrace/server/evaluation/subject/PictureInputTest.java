package dev.millrace.server.evaluation.subject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import dev.millrace.server.testing.Digits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureInputTest {
  private static final float[] TWO = {0, 0.2f, 1, 0.6f, 1, 0, 0, 0.4f};

  @Test
  void form_ofEachUsualShape_isFound() {
    assertThat(shape(ShapeSpec.of(-1, 28, 28, 1))).contains(Shape.of(1, 28, 28, 1));
    assertThat(shape(ShapeSpec.of(-1, -1, -1, -1))).contains(Shape.of(1, 28, 28, 1));
    assertThat(shape(ShapeSpec.of(-1, 28, 28))).contains(Shape.of(1, 28, 28));
    assertThat(shape(ShapeSpec.of(-1, 784))).contains(Shape.of(1, 784));
    assertThat(shape(ShapeSpec.unknownRank())).contains(Shape.of(1, 28, 28, 1));
  }

  @Test
  void form_ofOtherShapes_isNone() {
    assertThat(shape(ShapeSpec.of(-1, 32, 32, 1))).isEmpty();
    assertThat(shape(ShapeSpec.of(-1, 28, 28, 3))).isEmpty();
    assertThat(shape(ShapeSpec.of(28, 28))).isEmpty();
    // One that takes a single picture a request would have to be asked in another way.
    assertThat(shape(ShapeSpec.of(1, 28, 28, 1))).isEmpty();
    assertThat(PictureInput.of(new TensorSpec(DataType.BOOL, ShapeSpec.of(-1, 784)), 28, 28))
        .isEmpty();
  }

  @Test
  void tensor_ofFloats_isThePixels() {
    TensorData tensor = input(DataType.FLOAT32, ShapeSpec.of(-1, 2, 2)).encode(TWO, 2);
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 2, 2));
    float[] values = new float[8];
    tensor.bytes().asFloatBuffer().get(values);
    assertThat(values).isEqualTo(TWO);
  }

  @Test
  void tensor_ofBytes_isLevels() {
    TensorData tensor = input(DataType.UINT8, ShapeSpec.of(-1, 4)).encode(TWO, 2);
    byte[] levels = new byte[8];
    tensor.bytes().get(levels);
    assertThat(levels).containsExactly(0, 51, 255, 153, 255, 0, 0, 102);
    assertThat(input(DataType.INT64, ShapeSpec.of(-1, 4)).encode(TWO, 2).bytes().getLong(8))
        .isEqualTo(51);
  }

  @Test
  void tensor_ofStrings_isPngsThatImageIoReads() throws IOException {
    Digits digits = Digits.ofTestSet();
    float[] digit = digits.pixels(7);
    PictureInput input =
        PictureInput.of(new TensorSpec(DataType.STRING, ShapeSpec.of(-1)), 28, 28).orElseThrow();
    byte[] png = new byte[(int) input.encode(digit, 1).byteCount()];
    input.encode(digit, 1).strings().get(0).duplicate().get(png);
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(picture.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < digit.length; i++) {
      assertThat(picture.getRaster().getSample(i % 28, i / 28, 0))
          .isEqualTo(Math.round(digit[i] * 255));
    }
  }

  private static Optional<Shape> shape(ShapeSpec spec) {
    return PictureInput.of(new TensorSpec(DataType.FLOAT32, spec), 28, 28).map(PictureInput::ofOne);
  }

  private static PictureInput input(DataType dtype, ShapeSpec shape) {
    return PictureInput.of(new TensorSpec(dtype, shape), 2, 2).orElseThrow();
  }
}
