package dev.millrace.server.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HalfFloatsTest {
  @Test
  void roundTrip_all65536BitPatterns_areUnchanged() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float half = HalfFloats.fromFloat16((short) bits);
      float brain = HalfFloats.fromBfloat16((short) bits);
      if (Float.isNaN(half)) {
        assertThat(HalfFloats.fromFloat16(HalfFloats.toFloat16(half))).isNaN();
      } else {
        assertThat(HalfFloats.toFloat16(half)).isEqualTo((short) bits);
      }
      if (Float.isNaN(brain)) {
        assertThat(HalfFloats.fromBfloat16(HalfFloats.toBfloat16(brain))).isNaN();
      } else {
        assertThat(HalfFloats.toBfloat16(brain)).isEqualTo((short) bits);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "65504, 65504",
    "65519.996, 65504",
    "65520, Infinity",
    "-1e9, -Infinity",
    "5.9604645e-8, 5.9604645e-8",
    "2.9802322e-8, 0",
    "2.98024e-8, 5.9604645e-8",
    "6.1035156e-5, 6.1035156e-5",
    "1.0004883, 1",
    "1.0004884, 1.0009766",
    "1.0014648, 1.0019531"
  })
  void toFloat16_value_isRoundedToNearestTiesToEven(float value, float expected) {
    assertThat(HalfFloats.fromFloat16(HalfFloats.toFloat16(value))).isEqualTo(expected);
  }

  @Test
  void toEither_randomValues_areTheNearestOfTheNeighbours() {
    Random random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      float value = (random.nextFloat() - 0.5f) * (float) Math.pow(2, random.nextInt(30) - 14);
      short half = HalfFloats.toFloat16(value);
      double error = Math.abs(HalfFloats.fromFloat16(half) - (double) value);
      assertThat(error).isLessThanOrEqualTo(distance16(half + 1, value));
      assertThat(error).isLessThanOrEqualTo(distance16(half - 1, value));
      short brain = HalfFloats.toBfloat16(value);
      double brainError = Math.abs(HalfFloats.fromBfloat16(brain) - (double) value);
      assertThat(brainError)
          .isLessThanOrEqualTo(
              Math.abs(HalfFloats.fromBfloat16((short) (brain + 1)) - (double) value));
      assertThat(brainError)
          .isLessThanOrEqualTo(
              Math.abs(HalfFloats.fromBfloat16((short) (brain - 1)) - (double) value));
    }
  }

  private static double distance16(int bits, float value) {
    float neighbour = HalfFloats.fromFloat16((short) bits);
    return Float.isNaN(neighbour) ? Double.MAX_VALUE : Math.abs(neighbour - (double) value);
  }
}
