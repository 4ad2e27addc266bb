package dev.millrace.server.tensorflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What TensorFlow's error texts still say of the strings that a run was given: nothing. */
final class ValueTracesTest {
  private static final String FORM = "StringToNumberOp could not correctly convert string: ";

  @Test
  void without_stringOfTheRun_isTakenOut() {
    assertThat(without(FORM + "canary-of-asking", "something else", "canary-of-asking"))
        .isEqualTo(FORM + "<value>");
  }

  @Test
  void without_partOfALongString_isTakenOut() {
    assertThat(without("near 'ry-of-ask' at 7", "x".repeat(1000) + "canary-of-asking"))
        .isEqualTo("near '<value>' at 7");
  }

  @Test
  void without_shortString_isTakenOutWhereItStandsAlone() {
    assertThat(without(FORM + "4711", "4711")).isEqualTo(FORM + "<value>");
    assertThat(without(FORM + "ing", "ing")).isEqualTo(FORM + "<value>");
    assertThat(without("ing: of 47111", "ing", "4711")).isEqualTo("<value>: of 47111");
    assertThat(without("a  b", " ", "")).isEqualTo("a  b");
  }

  @Test
  void without_nothingInCommon_staysAsItIs() {
    assertThat(without("Unknown image file format.", "canary-of-asking", "abcdefg"))
        .isEqualTo("Unknown image file format.");
    assertThat(
            ValueTraces.without(
                "indices[0] = 99 is not in [0, 10)",
                List.of(TensorData.ofBytes(DataType.UINT8, Shape.of(1), ByteBuffer.allocate(1)))))
        .isEqualTo("indices[0] = 99 is not in [0, 10)");
  }

  @Test
  void without_tooManyStrings_saysNothingOfAny() {
    String[] many = new String[10_001];
    Arrays.fill(many, "x");
    assertThat(without(FORM + "canary", many)).doesNotContain("canary");
    assertThat(without(FORM + "canary", Arrays.copyOf(many, 10_000))).contains("canary");
  }

  @Test
  void without_longMessage_isShortened() {
    assertThat(without("m".repeat(5000), "canary-of-asking")).hasSize(2000);
  }

  private static String without(String message, String... strings) {
    List<ByteBuffer> buffers = new ArrayList<>();
    for (String string : strings) {
      buffers.add(ByteBuffer.wrap(string.getBytes(StandardCharsets.UTF_8)));
    }
    return ValueTraces.without(
        message,
        List.of(
            TensorData.ofStrings(Shape.of(strings.length), Collections.unmodifiableList(buffers))));
  }
}
