package dev.millrace.server.gateway.kserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.proto.inference.ModelInferRequest;
import dev.millrace.proto.inference.ModelInferResponse;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InferReaderTest {
  private static final StrictJson JSON =
      new StrictJson("failed to parse the request JSON buffer: ");
  private static final InferReader READER = new InferReader(JSON, 1 << 20);

  private static InferBody read(String json, int... tail) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    byte[] body = Arrays.copyOf(header, header.length + tail.length);
    for (int i = 0; i < tail.length; i++) {
      body[header.length + i] = (byte) tail[i];
    }
    return READER.read("m", "3", body, header.length);
  }

  private static String input(String rest) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\"" + rest + "}]}";
  }

  @Test
  void read_valuesInAnyOrderOfKeys_areRawBytes() {
    for (String json :
        new String[] {
          input(",\"data\":[1,-2]"),
          "{\"inputs\":[{\"data\":[[1],[-2.0]],\"datatype\":\"FP32\",\"name\":\"x\",\"shape\":[2]}]}"
        }) {
      ModelInferRequest request = read(json).request();
      assertThat(request.getModelName()).isEqualTo("m");
      assertThat(request.getModelVersion()).isEqualTo("3");
      assertThat(request.getInputs(0).getName()).isEqualTo("x");
      assertThat(request.getInputs(0).getShapeList()).containsExactly(2L);
      assertThat(request.getRawInputContents(0).toByteArray())
          .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);
    }
  }

  @Test
  void read_shortInfinitiesBeforeBytes_leaveTheBytes() {
    String json =
        "{\"inputs\":[{\"name\":\"Inf\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[-Inf,Inf]},"
            + "{\"name\":\"b\",\"shape\":[3],\"datatype\":\"INT8\","
            + "\"parameters\":{\"binary_data_size\":3}}]}";
    ModelInferRequest request = read(json, 'I', 'n', 'f').request();
    assertThat(request.getInputs(0).getName()).isEqualTo("Inf");
    assertThat(request.getRawInputContents(0).toByteArray())
        .containsExactly(0, 0, 0x80, 0xff, 0, 0, 0x80, 0x7f);
    assertThat(request.getRawInputContents(1).toStringUtf8()).isEqualTo("Inf");
  }

  @Test
  void read_strings_areBehindTheirLengths() {
    ModelInferRequest request =
        read("{\"inputs\":[{\"name\":\"s\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":[\"é\",\"\"]}]}")
            .request();
    assertThat(request.getRawInputContents(0).toByteArray())
        .containsExactly(2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0);
  }

  @Test
  void read_binaryAndJsonInputs_takeTheirOwnBytes() {
    String sized = ",\"parameters\":{\"binary_data_size\":%d}";
    String json =
        "{\"id\":\"7\",\"parameters\":{\"binary_data_output\":true,\"priority\":1,\"own\":\"k\"},"
            + "\"inputs\":[{\"name\":\"a\",\"shape\":[2],\"datatype\":\"INT8\""
            + String.format(sized, 2)
            + "},{\"name\":\"b\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[9]},"
            + "{\"name\":\"c\",\"shape\":[0],\"datatype\":\"INT8\""
            + String.format(sized, 0)
            + "},{\"name\":\"d\",\"shape\":[1],\"datatype\":\"INT8\""
            + String.format(sized, 1)
            + "}],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":false}},"
            + "{\"name\":\"z\",\"parameters\":{\"classification\":2}}]}";
    InferBody body = read(json, 1, 2, 3);
    assertThat(body.request().getId()).isEqualTo("7");
    assertThat(body.request().getRawInputContentsList().stream().map(ByteString::toByteArray))
        .containsExactly(new byte[] {1, 2}, new byte[] {9}, new byte[] {}, new byte[] {3});
    assertThat(body.request().getInputs(0).getParametersMap()).isEmpty();
    assertThat(body.request().getParametersOrThrow("priority").getInt64Param()).isEqualTo(1);
    assertThat(body.request().getParametersOrThrow("own").getStringParam()).isEqualTo("k");
    assertThat(body.isBinary("y")).isFalse();
    assertThat(body.isBinary("z")).isTrue();
    assertThat(body.request().getOutputs(1).getParametersOrThrow("classification").getInt64Param())
        .isEqualTo(2);
    assertThat(body.request().getOutputs(0).getParametersMap()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|the request is no JSON object",
        "{}|Unable to parse 'inputs'",
        "{\"inputs\":{}}|Unable to parse 'inputs'",
        "{\"inputs\":[1]}|Unable to parse 'inputs'",
        "{\"id\":7,\"inputs\":[]}|Unable to parse 'id'",
        "{\"inputs\":[{}]}|Unable to parse 'name'",
        "{\"inputs\":[{\"name\":\"x\"}]}|Unable to parse 'datatype'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\"}]}|Unable to parse 'shape'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1.5],\"data\":[1]}]}|Unable to parse 'shape'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1],\"data\":[1]}]}|Unable to parse 'shape': dimension -1 is negative",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1099511627776,1099511627776],\"data\":[1]}]}|the element count overflows",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1]}]}|Unable to parse 'data': Shape does not match true shape of 'data' field",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[\"a\"]}]}|Unable to parse 'data': JSON Value: \"a\" Type: String is not of expected type: float",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT8\",\"shape\":[1],\"data\":[300]}]}|Unable to parse 'data'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[{\"b64\":\"AA==\"}]}]}|Unable to parse 'data'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP16\",\"shape\":[1],\"data\":[1]}]}|receiving FP16 data via JSON is not supported. Please use the binary data format for input x",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP31\",\"shape\":[1],\"data\":[1]}]}|invalid datatype for input x",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1]}]}|no field was set",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1],\"parameters\":{\"binary_data_size\":4}}]}|more than one was set",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":4}}]}|unexpected size for input 'x', expecting 4 additional bytes for model 'm'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":-4}}]}|Unable to parse 'binary_data_size'",
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"a\":[]}}]}|parameter 'a' has invalid type",
        "{\"inputs\":[],\"outputs\":[{}]}|Unable to parse 'name'",
        "{\"inputs\":[],\"parameters\":{\"binary_data_output\":1}}|Unable to parse 'binary_data_output'",
        "{\"inputs\":[|failed to parse the request JSON buffer: The document is cut off at offset: ",
      })
  void read_wrongBodies_haveTritonsTexts(String json, String text) {
    ServingException error = catchThrowableOfType(ServingException.class, () -> read(json));
    assertThat(error).as(json).isNotNull();
    assertThat(error.message()).contains(text);
  }

  @Test
  void read_moreBytesThanInputsTake_isRefused() {
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> read(input(",\"data\":[1,2]"), 1, 2));
    assertThat(error.message()).isEqualTo("unexpected additional input data for model 'm'");
  }

  @Test
  void print_outputs_areBytesOrNumbersAsAskedFor() {
    ModelInferResponse response =
        ModelInferResponse.newBuilder()
            .setModelName("m")
            .setModelVersion("3")
            .setId("7")
            .addOutputs(
                ModelInferResponse.InferOutputTensor.newBuilder()
                    .setName("y")
                    .setDatatype("FP32")
                    .addShape(1)
                    .addShape(2))
            .addRawOutputContents(
                ByteString.copyFrom(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0}))
            .addOutputs(
                ModelInferResponse.InferOutputTensor.newBuilder()
                    .setName("s")
                    .setDatatype("BYTES")
                    .addShape(1))
            .addRawOutputContents(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 'a'}))
            .build();
    InferPrinter printer = new InferPrinter(JSON);
    ModelInferRequest request = ModelInferRequest.getDefaultInstance();
    InferAnswer json = printer.print(new InferBody(request, false, Map.of()), response);
    assertThat(new String(json.document(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"model_name\":\"m\",\"model_version\":\"3\",\"id\":\"7\",\"outputs\":["
                + "{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1.0,-2.0]},"
                + "{\"name\":\"s\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]}]}");
    assertThat(json.binary()).isFalse();
    InferAnswer mixed = printer.print(new InferBody(request, true, Map.of("s", false)), response);
    assertThat(new String(mixed.document(), StandardCharsets.UTF_8))
        .contains("\"shape\":[1,2],\"parameters\":{\"binary_data_size\":8}}")
        .contains("\"data\":[\"a\"]");
    assertThat(mixed.blobs()).containsExactly(response.getRawOutputContents(0));
    assertThat(mixed.binary()).isTrue();
  }
}
