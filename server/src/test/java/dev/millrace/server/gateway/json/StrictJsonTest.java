package dev.millrace.server.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StrictJsonTest {
  private static final StrictJson JSON = new StrictJson("JSON Parse error: ");
  private static final String WHOLE =
      "{\"a\":[[1.5,-2e3],[NaN,4]],\"b\":{\"b64\":\"AAEC\"},\"c\":\"\\u00e9\\n\",\"d\":true}";

  private static ServingException fault(byte[] json) {
    return catchThrowableOfType(
        ServingException.class,
        () ->
            JSON.read(
                json,
                0,
                json.length,
                parser -> {
                  walk(parser);
                  return "";
                }));
  }

  /** Reads a whole document, whose root may be of any kind. */
  private static void walk(JsonParser parser) throws java.io.IOException {
    parser.skipChildren();
  }

  @Test
  void read_cutOffAtEveryByte_isMalformed() {
    byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
    assertThat(fault(whole)).isNull();
    for (int length = 0; length < whole.length; length++) {
      ServingException error = fault(Arrays.copyOf(whole, length));
      assertThat(error).as("%d bytes", length).isNotNull();
      assertThat(error.reason()).isEqualTo(ErrorReason.REQUEST_MALFORMED);
      assertThat(error.message()).startsWith("JSON Parse error: ").contains(" at offset: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void read_otherEncodings_areMalformed(String encoding) {
    ServingException error = fault(WHOLE.getBytes(Charset.forName(encoding)));
    assertThat(error.reason()).isEqualTo(ErrorReason.REQUEST_MALFORMED);
    assertThat(error.message()).contains("not in UTF-8");
  }

  @Test
  void read_whatLooksLikeAnEncodingThatIsNone_isMalformed() {
    assertThat(fault(new byte[] {0, '{', 0, 0, 0}).message()).contains("not in UTF-8");
  }

  @Test
  void read_anyByteChanged_isReadOrMalformedAndNothingElse() {
    byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      byte[] changed = whole.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      ServingException error = fault(changed);
      if (error != null) {
        assertThat(error.reason()).isEqualTo(ErrorReason.REQUEST_MALFORMED);
        assertThat(error.message()).doesNotContain("jackson").doesNotContain("Stream");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} {}",
        "{\"a\":01}",
        "{\"a\":1,}",
        "{'a':1}",
        "// comment\n{}",
        "\u0000",
      })
  void read_whatIsNoStrictJson_isMalformed(String json) {
    assertThat(fault(json.getBytes(StandardCharsets.UTF_8)).reason())
        .isEqualTo(ErrorReason.REQUEST_MALFORMED);
  }

  @Test
  void read_whatIsNoJson_isNotRepeatedInTheError() {
    for (String json :
        new String[] {
          "canaryofapayload",
          "{\"x\": canaryofapayload}",
          "[\"canary of a payload\" canaryofapayload]"
        }) {
      ServingException error = fault(json.getBytes(StandardCharsets.UTF_8));
      assertThat(error.message()).startsWith("JSON Parse error: ").doesNotContain("canary");
    }
  }

  @Test
  void read_deepNesting_isMalformedAndNoStackOverflow() {
    for (String open : new String[] {"[", "{\"a\":"}) {
      ServingException error = fault(open.repeat(100_000).getBytes(StandardCharsets.UTF_8));
      assertThat(error.message()).contains("Nesting is deeper than 300");
    }
  }

  @Test
  void read_hugeNumbersAndNames_areMalformed() {
    for (String json : new String[] {"9".repeat(100_000), "0." + "1".repeat(1 << 20)}) {
      ServingException error =
          catchThrowableOfType(
              ServingException.class, () -> JsonTensorBuilderTest.read(json, DataType.FLOAT32));
      assertThat(error.reason()).isEqualTo(ErrorReason.REQUEST_MALFORMED);
    }
    String name = "{\"" + "n".repeat(20_000) + "\":1}";
    assertThat(fault(name.getBytes(StandardCharsets.UTF_8)).message()).contains("longer");
  }
}
