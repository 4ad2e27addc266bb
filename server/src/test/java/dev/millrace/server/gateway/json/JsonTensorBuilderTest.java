package dev.millrace.server.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonTensorBuilderTest {
  private static final StrictJson JSON = new StrictJson("JSON Parse error: ");

  static JsonTensor read(String json, DataType dtype) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return JSON.read(
        bytes,
        0,
        bytes.length,
        parser -> {
          JsonTensorBuilder builder = new JsonTensorBuilder(dtype, 0, new ByteBudget(1 << 20));
          builder.add(parser);
          return builder.single();
        });
  }

  private static ServingException fault(String json, DataType dtype) {
    ServingException error = catchThrowableOfType(ServingException.class, () -> read(json, dtype));
    assertThat(error).as(json).isNotNull();
    return error;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5|[]|1",
        "[]|[0]|0",
        "[1,2,3]|[3]|3",
        "[[1,2],[3,4],[5,6]]|[3,2]|6",
        "[[],[]]|[2,0]|0",
        "[[[]],[[]]]|[2,1,0]|0",
        "[[[1],[2]]]|[1,2,1]|2",
      })
  void add_nestedLists_haveTheShapeOfTheirNesting(String json, String shape, long count) {
    JsonTensor tensor = read(json, DataType.INT32);
    assertThat(tensor.shape()).hasToString(shape);
    assertThat(tensor.count()).isEqualTo(count);
    assertThat(tensor.bytes().remaining()).isEqualTo(4 * count);
    for (int i = 0; i < count && count > 1; i++) {
      assertThat(tensor.bytes().getInt(4 * i)).isEqualTo(i + 1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[1,2],[3]]|Encountered list at unexpected size: 1 at level: 1 expected size: 2",
        "[[1],[]]|Encountered list at unexpected size: 0 at level: 1 expected size: 1",
        "[[],[1]]|Encountered list at unexpected size: 1 at level: 1 expected size: 0",
        "[1,[2]]|Encountered list at unexpected level: 1 expected < 1",
        "[[1],2]|JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2",
        "[[1],[[2]]]|Encountered list at unexpected level: 2 expected < 2",
      })
  void add_raggedLists_areRefused(String json, String text) {
    ServingException error = fault(json, DataType.INT32);
    assertThat(error.reason()).isEqualTo(ErrorReason.SHAPE_MISMATCH);
    assertThat(error.message()).isEqualTo(text);
  }

  @Test
  void add_moreDimensionsThanATensorHas_isRefused() {
    String deep = "[".repeat(254) + 1 + "]".repeat(254);
    assertThat(read(deep, DataType.INT8).shape().rank()).isEqualTo(254);
    assertThat(fault("[" + deep + "]", DataType.INT8).reason())
        .isEqualTo(ErrorReason.SHAPE_MISMATCH);
    assertThat(fault("[".repeat(100_000), DataType.INT8).reason())
        .isEqualTo(ErrorReason.SHAPE_MISMATCH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLOAT32|[0.1,-2,NaN,Infinity,-Infinity,1e-50]|cdcccc3d000000c00000c07f0000807f000080ff00000000",
        "FLOAT64|[0.1]|9a9999999999b93f",
        "FLOAT16|[1,65504,Infinity]|003cff7b007c",
        "BFLOAT16|[1,-2.5]|803f20c0",
        "INT8|[-128,127]|807f",
        "UINT8|[255,0]|ff00",
        "INT16|[-32768]|0080",
        "UINT16|[65535]|ffff",
        "INT32|[-2147483648]|00000080",
        "UINT32|[4294967295]|ffffffff",
        "INT64|[-9223372036854775808]|0000000000000080",
        "UINT64|[18446744073709551615,1]|ffffffffffffffff0100000000000000",
        "BOOL|[true,false]|0100",
        "QINT8|[-1]|ff",
        "STRING|[\"é\",{\"b64\":\"AP8=\"},{\"b64\":\"AP8\"}]|02000000c3a90200000000ff0200000000ff",
      })
  void add_eachElementType_isLittleEndian(DataType dtype, String json, String hex) {
    ByteBuffer bytes = read(json, dtype).bytes();
    StringBuilder got = new StringBuilder();
    while (bytes.hasRemaining()) {
      got.append(String.format(Locale.ROOT, "%02x", bytes.get()));
    }
    assertThat(got).hasToString(hex);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLOAT32|null|JSON Value: null Type: Null is not of expected type: float",
        "FLOAT32|\"1\"|JSON Value: \"1\" Type: String is not of expected type: float",
        "FLOAT32|\"canary-of-a-payload\"|JSON Value: a string of 19 characters Type: String is not of"
            + " expected type: float",
        "FLOAT32|[{\"a\":1}]|JSON Value: {...} Type: Object is not of expected type: float",
        "FLOAT32|true|JSON Value: true Type: True is not of expected type: float",
        "FLOAT32|16777217|Cannot convert JSON value: 16777217 to float without loss of precision.",
        "FLOAT32|1e39|Cannot convert JSON value: 1e39 to float without loss of precision.",
        "FLOAT64|1e999|Cannot convert JSON value: 1e999 to double without loss of precision.",
        "FLOAT64|9007199254740993|Cannot convert JSON value: 9007199254740993 to double without",
        "FLOAT16|70000|Cannot convert JSON value: 70000 to half without loss of precision.",
        "INT32|1.0|JSON Value: 1.0 Type: Number is not of expected type: int32",
        "INT32|2147483648|JSON Value: 2147483648 Type: Number is not of expected type: int32",
        "INT64|9223372036854775808|JSON Value: 9223372036854775808 Type: Number is not of",
        "UINT64|18446744073709551616|JSON Value: 18446744073709551616 Type: Number is not of",
        "UINT64|-1|JSON Value: -1 Type: Number is not of expected type: uint64",
        "UINT8|256|JSON Value: 256 Type: Number is not of expected type: uint8",
        "BOOL|1|JSON Value: 1 Type: Number is not of expected type: bool",
        "STRING|1|JSON Value: 1 Type: Number is not of expected type: string",
        "STRING|{\"b65\":\"AA==\"}|not formatted correctly for base64 data",
        "STRING|{\"b64\":\"AA==\",\"x\":1}|not formatted correctly for base64 data",
        "STRING|{\"b64\":\"A\"}|Unable to base64 decode",
        "STRING|{\"b64\":\"%%%%\"}|Unable to base64 decode",
        "COMPLEX64|1|Conversion of JSON Value: 1 to type: complex64",
      })
  void add_valuesThatTheTypeCannotBe_areRefused(DataType dtype, String json, String text) {
    assertThat(fault(json, dtype).message()).contains(text);
  }

  @Test
  void add_floats_areReadAsJavaReadsThem() {
    Random random = new Random(7);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        texts.add(i % 2 == 0 ? Float.toString(value) : String.format(Locale.ROOT, "%.12e", value));
      }
    }
    ByteBuffer bytes = read(texts.toString(), DataType.FLOAT32).bytes();
    for (String text : texts) {
      assertThat(bytes.getFloat()).as(text).isEqualTo(Float.parseFloat(text));
    }
    assertThat(HalfFloats.fromFloat16((short) 0x3c00)).isEqualTo(1f);
  }

  @Test
  void add_severalValues_areRowsOfOneShape() {
    byte[] json = "[[1,2],[3,4]]".getBytes(StandardCharsets.UTF_8);
    JsonTensor rows =
        JSON.read(
            json,
            0,
            json.length,
            parser -> {
              JsonTensorBuilder builder =
                  new JsonTensorBuilder(DataType.FLOAT32, 0, new ByteBudget(1 << 10));
              parser.nextToken();
              builder.add(parser);
              parser.nextToken();
              builder.add(parser);
              parser.nextToken();
              return builder.rows();
            });
    assertThat(rows.shape()).hasToString("[2,2]");
    assertThat(rows.bytes().getFloat(12)).isEqualTo(4f);
  }

  @Test
  void add_moreThanTheBudget_isRefused() {
    String strings = "[" + "\"\",".repeat(20_000) + "\"\"]";
    assertThat(fault(strings, DataType.STRING).reason()).isEqualTo(ErrorReason.REQUEST_TOO_LARGE);
    String longs = "[" + "1,".repeat(140_000) + "1]";
    assertThat(fault(longs, DataType.INT64).reason()).isEqualTo(ErrorReason.REQUEST_TOO_LARGE);
    // Just what it may be, although the buffer doubles.
    assertThat(read("[" + "1,".repeat(131_000) + "1]", DataType.INT64).count()).isEqualTo(131_001);
  }
}
