package dev.millrace.server.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TensorPrinterTest {
  private static final StrictJson JSON = new StrictJson("");

  private static String nested(TensorData tensor, boolean base64) {
    TensorPrinter printer = new TensorPrinter(tensor, base64);
    return new String(
        JSON.write(0, generator -> printer.nested(generator, 0)), StandardCharsets.UTF_8);
  }

  private static TensorData floats(long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return TensorData.ofBytes(DataType.FLOAT32, Shape.of(shape), bytes.flip());
  }

  @Test
  void nested_floats_areShortAndNeverWhole() {
    TensorData tensor =
        floats(
            new long[] {2, 4},
            0.1f,
            1,
            2.0E-3f,
            3.4028235E38f,
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            -0f);
    assertThat(nested(tensor, false))
        .isEqualTo("[[0.1,1.0,0.002,3.4028235E38],[NaN,Infinity,-Infinity,-0.0]]");
  }

  @Test
  void nested_anyFloat_isReadBackTheSame() {
    Random random = new Random(5);
    float[] values = new float[3000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    // Java 17's own toString gives 2.0E-44 more digits than it needs.
    values[0] = Float.intBitsToFloat(14);
    TensorData tensor = floats(new long[] {values.length}, values);
    String json = nested(tensor, false);
    assertThat(json).startsWith("[2.0E-44,");
    JsonTensor read = JsonTensorBuilderTest.read(json, DataType.FLOAT32);
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.compare(read.bytes().getFloat(4 * i), values[i]))
          .as("%s", values[i])
          .isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FLOAT64|[0.1,1e300]|[0.1,1.0E300]",
        "FLOAT16|[1.5]|[1.5]",
        "BFLOAT16|[-2.5]|[-2.5]",
        "INT8|[-128]|[-128]",
        "UINT8|[255]|[255]",
        "INT16|[-32768]|[-32768]",
        "UINT16|[65535]|[65535]",
        "INT32|[-1]|[-1]",
        "UINT32|[4294967295]|[4294967295]",
        "INT64|[-9223372036854775808]|[-9223372036854775808]",
        "UINT64|[18446744073709551615]|[18446744073709551615]",
        "BOOL|[true,false]|[true,false]",
        "INT32|[[],[]]|[[],[]]",
        "INT32|7|7",
      })
  void nested_eachElementType_isWrittenAsItWasRead(DataType dtype, String json, String expected) {
    JsonTensor read = JsonTensorBuilderTest.read(json, dtype);
    assertThat(nested(TensorData.ofBytes(dtype, read.shape(), read.bytes()), false))
        .isEqualTo(expected);
  }

  @Test
  void nested_strings_areTextOrBase64() {
    TensorData tensor =
        TensorData.ofStrings(
            Shape.of(2),
            List.of(
                ByteBuffer.wrap("é\"".getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(new byte[] {0, -1})));
    assertThat(nested(tensor, false)).isEqualTo("[\"é\\\"\",\"\\u0000\ufffd\"]");
    assertThat(nested(tensor, true)).isEqualTo("[{\"b64\":\"w6ki\"},{\"b64\":\"AP8=\"}]");
  }

  @Test
  void printer_complexNumbers_isRefused() {
    TensorData tensor = TensorData.ofBytes(DataType.COMPLEX64, Shape.of(1), ByteBuffer.allocate(8));
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> new TensorPrinter(tensor, false));
    assertThat(error.message()).isEqualTo("Failed to write JSON value for tensor type: complex64");
  }
}
