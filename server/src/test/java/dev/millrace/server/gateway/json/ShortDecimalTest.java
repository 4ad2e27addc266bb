package dev.millrace.server.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShortDecimalTest {
  private static double wide(String text) {
    char[] padded = ("7" + text + "7").toCharArray();
    return ShortDecimal.toDouble(padded, 1, text.length());
  }

  private static float narrow(String text) {
    char[] padded = ("7" + text + "7").toCharArray();
    return ShortDecimal.toFloat(padded, 1, text.length());
  }

  /** True when the text was read, which must be as Java does. */
  private static boolean isRead(String text) {
    float narrow = narrow(text);
    double wide = wide(text);
    if (!Float.isNaN(narrow)) {
      assertThat(Float.floatToRawIntBits(narrow))
          .as(text)
          .isEqualTo(Float.floatToRawIntBits(Float.parseFloat(text)));
    }
    if (!Double.isNaN(wide)) {
      assertThat(Double.doubleToRawLongBits(wide))
          .as(text)
          .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
    }
    return !Float.isNaN(narrow) && !Double.isNaN(wide);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0",
        "-0.0",
        "1.0",
        "-2.5",
        "0.1",
        "1e10",
        "1E+2",
        "1.5e-7",
        "900719925474099.1",
        "0.0000001",
        "123456.789e3"
      })
  void read_fewDigits_areTheNearestNumbers(String text) {
    assertThat(isRead(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Infinity",
        "-Infinity",
        "9007199254740993.0",
        "1e23",
        "1e-23",
        "1e100",
        "1e",
        "1e+",
        "0.12345678901234567890123",
        "1e-300"
      })
  void read_others_areLeftToOthers(String text) {
    assertThat(wide(text)).isNaN();
    assertThat(narrow(text)).isNaN();
  }

  @Test
  void read_aDoubleBetweenTwoFloats_isLeftToOthers() {
    // 1 + 2^-24 lies in the middle between 1 and the next float, and the text a little above it.
    String text = "1.0000000596046448";
    assertThat(wide(text)).isNaN();
    assertThat(narrow("16777217.0")).isNaN();
    assertThat(wide("16777217.0")).isEqualTo(16777217.0);
  }

  @Test
  void read_anyDecimals_areReadAsJavaReadsThem() {
    Random random = new Random(3);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      long digits = random.nextLong() >>> (10 + random.nextInt(50));
      String text = Long.toString(random.nextBoolean() ? digits : -digits);
      int point = 1 + random.nextInt(text.length());
      text =
          text.substring(0, point) + (point == text.length() ? ".0" : "." + text.substring(point));
      if (text.startsWith("-.")) {
        text = "-0" + text.substring(1);
      }
      if (random.nextInt(3) == 0) {
        text += "e" + (random.nextInt(60) - 30);
      }
      read += isRead(text) ? 1 : 0;
      isRead(Float.toString(Float.intBitsToFloat(random.nextInt())));
    }
    assertThat(read).isGreaterThan(100_000);
  }
}
