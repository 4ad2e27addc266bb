package dev.millrace.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.testing.Floats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class LikenessTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1.0009, true",
    "1, 1.0021, false",
    "0, 0.00009, true",
    "0, 0.0002, false",
    "1000, 1000.9, true",
    "-1, 1, false",
    "NaN, NaN, true",
    "NaN, 0, false",
    "Infinity, Infinity, true",
    "Infinity, -Infinity, false",
    "Infinity, 3e38, false"
  })
  void alike_floats_withinAThousandth(float one, float other, boolean alike) {
    assertThat(Likeness.alike(Floats.column(1, one), Floats.column(1, other))).isEqualTo(alike);
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void alike_everyType_tellsOneFromZero(DataType dtype) {
    assertThat(Likeness.alike(of(dtype, 1), of(dtype, 1))).isTrue();
    assertThat(Likeness.alike(of(dtype, 1), of(dtype, 0))).isFalse();
  }

  @Test
  void alike_halfFloats_areComparedCoarsely() {
    assertThat(Likeness.alike(half(1f), half(1.02f))).isTrue();
    assertThat(Likeness.alike(half(1f), half(1.04f))).isFalse();
  }

  @Test
  void alike_otherTypeOrShape_isNot() {
    assertThat(Likeness.alike(of(DataType.INT32, 0), of(DataType.FLOAT32, 0))).isFalse();
    assertThat(Likeness.alike(Floats.of(Shape.of(2), 0, 0), Floats.of(Shape.of(2, 1), 0, 0)))
        .isFalse();
  }

  private static TensorData half(float value) {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(0, HalfFloats.toFloat16(value));
    return TensorData.ofBytes(DataType.FLOAT16, Shape.of(1), bytes);
  }

  /** One element, whose last number is 0 or 1. */
  private static TensorData of(DataType dtype, int value) {
    if (dtype == DataType.STRING) {
      byte[] text = Integer.toString(value).getBytes(StandardCharsets.UTF_8);
      return TensorData.ofStrings(Shape.of(1), List.of(ByteBuffer.wrap(text)));
    }
    int size = dtype.byteSize();
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case FLOAT32 -> bytes.putFloat(0, value);
      case FLOAT64 -> bytes.putDouble(0, value);
      case COMPLEX64 -> bytes.putFloat(4, value);
      case COMPLEX128 -> bytes.putDouble(8, value);
      case FLOAT16 -> bytes.putShort(0, HalfFloats.toFloat16(value));
      case BFLOAT16 -> bytes.putShort(0, HalfFloats.toBfloat16(value));
      default -> bytes.put(size - 1, (byte) value);
    }
    return TensorData.ofBytes(dtype, Shape.of(1), bytes);
  }
}
