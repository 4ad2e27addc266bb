package dev.millrace.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.Caller;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelReference;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestCheckTest {
  private static final Signature IMAGES =
      new Signature(
          new TreeMap<>(
              Map.of("images", new TensorSpec(DataType.FLOAT32, ShapeSpec.of(-1, 28, 28, 1)))),
          new TreeMap<>(Map.of("logits", new TensorSpec(DataType.FLOAT32, ShapeSpec.of(-1, 10)))));
  private static final Signature ENCODED =
      new Signature(
          new TreeMap<>(Map.of("encoded", new TensorSpec(DataType.STRING, ShapeSpec.of(-1)))),
          new TreeMap<>(Map.of("classes", new TensorSpec(DataType.INT64, ShapeSpec.of(-1)))));

  @Test
  void check_fittingRequest_passes() {
    assertThatCode(
            () -> new RequestCheck().check(request(Map.of("images", zeros(2, 28, 28, 1))), IMAGES))
        .doesNotThrowAnyException();
  }

  @Test
  void check_missingAndExtraInput_namesBoth() {
    ServingException error = refused(request(Map.of("image", zeros(1, 28, 28, 1))), IMAGES);
    assertThat(error.violations())
        .extracting(violation -> violation.field() + " " + violation.reason())
        .containsExactly("inputs[\"images\"] INPUT_MISSING", "inputs[\"image\"] INPUT_UNEXPECTED");
  }

  @Test
  void check_wrongType_saysBothTypes() {
    TensorData ints =
        TensorData.ofBytes(DataType.INT32, Shape.of(1, 28, 28, 1), ByteBuffer.allocate(784 * 4));
    ServingException error = refused(request(Map.of("images", ints)), IMAGES);
    assertThat(error.reason()).isEqualTo(ErrorReason.DTYPE_MISMATCH);
    assertThat(error.message()).contains("expected FLOAT32, got INT32");
  }

  @Test
  void check_wrongRankOrSize_saysBothShapes() {
    for (long[] sizes :
        List.of(
            new long[] {784},
            new long[] {1, 28, 28},
            new long[] {1, 1, 28, 28, 1},
            new long[] {1, 28, 27, 1})) {
      ServingException error = refused(request(Map.of("images", zeros(sizes))), IMAGES);
      assertThat(error.reason()).isEqualTo(ErrorReason.SHAPE_MISMATCH);
      assertThat(error.message()).contains("expected [?,28,28,1], got " + Shape.of(sizes));
    }
  }

  @Test
  void check_emptyBatch_isRefused() {
    assertThat(refused(request(Map.of("images", zeros(0, 28, 28, 1))), IMAGES).reason())
        .isEqualTo(ErrorReason.SHAPE_MISMATCH);
  }

  @Test
  void check_unknownOutput_namesThoseThereAre() {
    InferenceRequest request =
        new InferenceRequest(
            ModelReference.parse("mnist"),
            "s",
            Map.of("images", zeros(1, 28, 28, 1)),
            List.of("nothing"),
            Deadline.NONE,
            () -> false,
            Priority.NORMAL,
            Caller.UNKNOWN);
    ServingException error = refused(request, IMAGES);
    assertThat(error.reason()).isEqualTo(ErrorReason.OUTPUT_UNKNOWN);
    assertThat(error.message()).contains("logits");
  }

  @Test
  void check_nameWithControlCharacters_isShownWithoutThem() {
    ServingException error = refused(request(Map.of("a\n\u001b[31m", zeros(1))), IMAGES);
    assertThat(error.violations())
        .allMatch(v -> v.field().chars().noneMatch(Character::isISOControl));
  }

  @Test
  void check_pngThatPromisesTooManyPixels_isRefusedByItsHeader() {
    ServingException error =
        refused(request(Map.of("encoded", strings(pngHeader(50_000, 50_000)))), ENCODED);
    assertThat(error.reason()).isEqualTo(ErrorReason.VALUE_REJECTED);
    assertThat(error.message()).contains("2500000000");
    assertThat(refused(request(Map.of("encoded", strings(pngHeader(10_000, 5_000)))), ENCODED))
        .hasMessageContaining("an image of at most 40000000 pixels, got 50000000");
  }

  @Test
  void check_manyImagesWithTooManyPixelsTogether_areRefused() {
    ByteBuffer photo = ByteBuffer.wrap(pngHeader(6000, 6000));
    TensorData twelve = TensorData.ofStrings(Shape.of(12), Collections.nCopies(12, photo));
    assertThat(refused(request(Map.of("encoded", twelve)), ENCODED).message())
        .contains("at most 400000000 pixels, got 432000000");
  }

  @Test
  void check_jpegThatPromisesTooManyPixels_isRefusedByItsHeader() {
    byte[] jpeg = {
      (byte) 0xFF,
      (byte) 0xD8,
      (byte) 0xFF,
      (byte) 0xE0,
      0,
      4,
      0,
      0,
      (byte) 0xFF,
      (byte) 0xC2,
      0,
      17,
      8,
      (byte) 0xFF,
      (byte) 0xFF,
      (byte) 0xFF,
      (byte) 0xFF,
      3
    };
    assertThat(refused(request(Map.of("encoded", strings(jpeg))), ENCODED).reason())
        .isEqualTo(ErrorReason.VALUE_REJECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
  void pixels_realImage_areCounted(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(new BufferedImage(31, 17, BufferedImage.TYPE_INT_RGB), format, out))
        .isTrue();
    assertThat(ImageLimit.pixels(ByteBuffer.wrap(out.toByteArray()))).isEqualTo(31 * 17);
  }

  @Test
  void pixels_everyPrefixOfAnImage_neverFails() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(31, 17, BufferedImage.TYPE_INT_RGB), "jpg", out);
    byte[] bytes = out.toByteArray();
    for (int length = 0; length < bytes.length; length++) {
      assertThat(ImageLimit.pixels(ByteBuffer.wrap(bytes, 0, length).slice())).isIn(0L, 31 * 17L);
    }
  }

  private static byte[] pngHeader(int width, int height) {
    return ByteBuffer.allocate(33)
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(0x89504E470D0A1A0AL)
        .putInt(13)
        .putInt(0x49484452)
        .putInt(width)
        .putInt(height)
        .array();
  }

  private static TensorData strings(byte[] element) {
    return TensorData.ofStrings(Shape.of(1), List.of(ByteBuffer.wrap(element)));
  }

  private static TensorData zeros(long... sizes) {
    Shape shape = Shape.of(sizes);
    return TensorData.ofBytes(
        DataType.FLOAT32, shape, ByteBuffer.allocate((int) shape.elementCount() * 4));
  }

  private static InferenceRequest request(Map<String, TensorData> inputs) {
    return new InferenceRequest(
        ModelReference.parse("mnist"),
        "s",
        inputs,
        List.of(),
        Deadline.NONE,
        () -> false,
        Priority.NORMAL,
        Caller.UNKNOWN);
  }

  private static ServingException refused(InferenceRequest request, Signature signature) {
    return catchThrowableOfType(
        ServingException.class, () -> new RequestCheck().check(request, signature));
  }
}
