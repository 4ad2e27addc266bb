package dev.millrace.server.gateway.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.SignatureDef;
import dev.millrace.proto.tensorflow.TensorInfo;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tfserving.SignatureDefMap;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.ServingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PredictReaderTest {
  private static final InputTypes TYPES =
      new InputTypes(
          SignatureDefMap.newBuilder()
              .putSignatureDef("serving_default", signature("x", DataType.DT_FLOAT))
              .putSignatureDef("ints", signature("x", DataType.DT_INT64))
              .putSignatureDef("text", signature("image_bytes", DataType.DT_STRING))
              .putSignatureDef(
                  "two",
                  signature("a", DataType.DT_FLOAT).toBuilder()
                      .putInputs("b", info(DataType.DT_STRING))
                      .build())
              .putSignatureDef("none", SignatureDef.getDefaultInstance())
              .build());

  private static TensorInfo info(DataType dtype) {
    return TensorInfo.newBuilder().setDtype(dtype).build();
  }

  private static SignatureDef signature(String input, DataType dtype) {
    return SignatureDef.newBuilder().putInputs(input, info(dtype)).build();
  }

  private static PredictBody read(String json) {
    return new PredictReader(new StrictJson("JSON Parse error: "), 1 << 20)
        .read(json.getBytes(StandardCharsets.UTF_8), TYPES);
  }

  private static String shape(TensorProto tensor) {
    return tensor.getTensorShape().getDimList().stream().map(dim -> dim.getSize()).toList() + "";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"instances\":[[1,2],[3,4]]}|x|[2, 2]|true",
        "{\"instances\":[1,2,3]}|x|[3]|true",
        "{\"inputs\":[[1,2],[3,4]]}|x|[2, 2]|false",
        "{\"inputs\":{\"x\":[1,2]}}|x|[2]|false",
        "{\"inputs\":5}|x|[]|false",
        "{\"instances\":[{\"x\":[1,2]},{\"x\":[3,4]}]}|x|[2, 2]|true",
        "{\"signature_name\":\"text\",\"instances\":[{\"b64\":\"AAE=\"},{\"b64\":\"\"}]}|image_bytes|[2]|true",
        "{\"signature_name\":\"text\",\"instances\":[{\"image_bytes\":{\"b64\":\"AAE=\"}}]}|image_bytes|[1]|true",
        "{\"signature_name\":\"text\",\"inputs\":{\"b64\":\"AAE=\"}}|image_bytes|[]|false",
        "{\"signature_name\":\"text\",\"inputs\":[[{\"b64\":\"AAE=\"},\"a\"]]}|image_bytes|[1, 2]|false",
        "{\"instances\":[[1]],\"unknown\":{\"a\":[1,{}]}}|x|[1, 1]|true",
      })
  void read_eachForm_isOneTensor(String json, String input, String shape, boolean rows) {
    PredictBody body = read(json);
    assertThat(body.inputs()).containsOnlyKeys(input);
    assertThat(shape(body.inputs().get(input))).isEqualTo(shape);
    assertThat(body.rows()).isEqualTo(rows);
  }

  @Test
  void read_infinitiesInEitherSpelling_areInfinities() {
    String json =
        "{\"unknown\":\"Inf \\\\\\\" Inf\",\"instances\":[Inf,-Inf,Infinity"
            + ",-Infinity,NaN,Inf ]}";
    ByteBuffer values =
        read(json)
            .inputs()
            .get("x")
            .getTensorContent()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    float infinity = Float.POSITIVE_INFINITY;
    for (float value :
        new float[] {infinity, -infinity, infinity, -infinity, Float.NaN, infinity}) {
      assertThat(Float.compare(values.getFloat(), value)).isZero();
    }
  }

  @Test
  void read_severalInputs_areTensorsOfTheirOwn() {
    for (String tensors :
        new String[] {
          "\"instances\":[{\"a\":[1,2],\"b\":\"s\"},{\"b\":{\"b64\":\"AA==\"},\"a\":[3,4]}]",
          "\"inputs\":{\"b\":[\"s\",{\"b64\":\"AA==\"}],\"a\":[[1,2],[3,4]]}"
        }) {
      PredictBody body = read("{\"signature_name\":\"two\"," + tensors + "}");
      assertThat(body.signature()).isEqualTo("two");
      TensorProto a = body.inputs().get("a");
      assertThat(shape(a)).isEqualTo("[2, 2]");
      assertThat(
              a.getTensorContent()
                  .asReadOnlyByteBuffer()
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .getFloat(12))
          .isEqualTo(4f);
      TensorProto b = body.inputs().get("b");
      assertThat(b.getStringValList().stream().map(one -> one.toStringUtf8()))
          .containsExactly("s", "\0");
    }
  }

  @Test
  void read_theSignatureAfterTheTensors_holdsForThem() {
    for (String value : new String[] {"[9007199254740993]", "[3]"}) {
      PredictBody body = read("{\"instances\":" + value + ",\"signature_name\":\"ints\"}");
      assertThat(body.signature()).isEqualTo("ints");
      assertThat(body.inputs().get("x").getDtype()).isEqualTo(DataType.DT_INT64);
    }
    assertThat(read("{\"inputs\":[\"a\"],\"signature_name\":\"text\"}").inputs())
        .containsOnlyKeys("image_bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|Is not object",
        "{}|Missing 'inputs' or 'instances' key",
        "{\"instances\":[1],\"inputs\":[1]}|Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist",
        "{\"instances\":[]}|No values in 'instances' array",
        "{\"instances\":5}|Expecting 'instances' to be an list/array",
        "{\"instances\":[1],\"signature_name\":5}|'signature_name' key must be a string value",
        "{\"instances\":[1],\"signature_name\":\"z\"}|Serving signature name: \"z\" not found in signature def",
        "{\"instances\":[1],\"signature_name\":\"none\"}|Failed to get input map for signature: none",
        "{\"instances\":[[1,2],[3]]}|Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 but got: 1",
        "{\"instances\":[[1],[[1]]]}|Expecting shape [1] but got: [1,1]",
        "{\"instances\":[null]}|JSON Value: null Type: Null is not of expected type: float",
        "{\"instances\":[{\"x\":1},2]}|Expecting object but got list at item 1 of input list",
        "{\"instances\":[1,{\"x\":1}]}|Expecting value/list but got object at item 1 of input list",
        "{\"instances\":[{\"y\":1}]}|Failed to process element: 0 key: y of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: y",
        "{\"instances\":[{}]}|keys must be equal to: x",
        "{\"instances\":[{\"b64\":\"AA==\"}]}|JSON Value: {...} Type: Object is not of expected type: float",
        "{\"signature_name\":\"two\",\"instances\":[[1]]}|instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map",
        "{\"signature_name\":\"two\",\"instances\":[{\"a\":1,\"b\":\"\"},{\"a\":1}]}|Failed to process element: 1 of 'instances' list. JSON object: {...} keys must be equal to: a,b",
        "{\"signature_name\":\"two\",\"inputs\":{\"a\":[1]}}|Missing named input: b in 'inputs' object.",
        "{\"signature_name\":\"two\",\"inputs\":[1]}|inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map",
        "{\"inputs\":{}}|Missing named input: x in 'inputs' object.",
        "{\"inputs\":[[1],[2,3]]}|Encountered list at unexpected size: 2 at level: 1 expected size: 1",
        "{\"instances\":[1]|JSON Parse error: The document is cut off at offset: ",
        "{\"instances\":[Inf}|JSON Parse error: ",
        "{\"instances\":[Infi]}|JSON Parse error: ",
        "{\"instances\":[In]}|JSON Parse error: ",
        "{\"instances\":[Inf|JSON Parse error: ",
        "{\"instances\":[\"Inf\"]}|JSON Value: \"Inf\" Type: String is not of expected type: float",
        "{\"instances\":[1],\"instances\":[2]}|Duplicate field 'instances'",
      })
  void read_wrongBodies_haveTensorFlowServingsTexts(String json, String text) {
    ServingException error = catchThrowableOfType(ServingException.class, () -> read(json));
    assertThat(error).as(json).isNotNull();
    assertThat(error.message()).contains(text);
  }

  @Test
  void examples_eachKindOfFeature_isKept() {
    ExampleReader reader = new ExampleReader(new StrictJson(""), 1 << 20);
    String json =
        "{\"signature_name\":\"c\",\"context\":{\"k\":\"v\"},\"examples\":[{\"f\":1.5,"
            + "\"i\":[1,true],\"b\":{\"b64\":\"AAE=\"},\"s\":[\"x\",\"y\"],\"e\":[]}]}";
    ExampleReader.Body body = reader.read(json.getBytes(StandardCharsets.UTF_8));
    assertThat(body.signature()).isEqualTo("c");
    var features =
        body.input().getExampleListWithContext().getExamples(0).getFeatures().getFeatureMap();
    assertThat(features.get("f").getFloatList().getValueList()).containsExactly(1.5f);
    assertThat(features.get("i").getInt64List().getValueList()).containsExactly(1L, 1L);
    assertThat(features.get("b").getBytesList().getValue(0).toByteArray()).containsExactly(0, 1);
    assertThat(features.get("s").getBytesList().getValueCount()).isEqualTo(2);
    assertThat(features.get("e").getKindCase().getNumber()).isZero();
    assertThat(body.input().getExampleListWithContext().getContext().getFeatures().getFeatureMap())
        .containsOnlyKeys("k");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|key 'examples' is expected and was not found",
        "{\"examples\":{}}|Expecting 'examples' value to be an list/array",
        "{\"examples\":[]}|'examples' value is an empty array",
        "{\"examples\":[1]}|Example must be JSON object but got JSON Number",
        "{\"examples\":[{\"f\":null}]}|Feature: f has element with unexpected JSON type: Null",
        "{\"examples\":[{\"f\":[[1]]}]}|Feature: f has element with unexpected JSON type: Array",
        "{\"examples\":[{\"f\":{\"c\":1}}]}|Feature: f has element with unexpected JSON type: Object",
        "{\"examples\":[{\"f\":[1,2.5]}]}|Unexpected element type in feature: f expecting type: int64",
        "{\"examples\":[{\"f\":[\"a\",1]}]}|Unexpected element type in feature: f expecting type: bytes",
        "{\"examples\":[{\"f\":9223372036854775808}]}|Only int64 is supported",
      })
  void examples_wrongBodies_haveTensorFlowServingsTexts(String json, String text) {
    ExampleReader reader = new ExampleReader(new StrictJson(""), 1 << 20);
    ServingException error =
        catchThrowableOfType(
            ServingException.class, () -> reader.read(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(error).as(json).isNotNull();
    assertThat(error.message()).contains(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST|/v1/models/m:predict|PREDICT|m||0",
        "POST|/V1/Models/m/versions/12:classify|CLASSIFY|m||12",
        "POST|/v1/models/a%20b/labels/stable:regress|REGRESS|a b|stable|0",
        "GET|/v1/models/m|STATUS|m||0",
        "GET|/v1/models/m/versions/3/metadata|METADATA|m||3",
        "GET|/v1/models/m/labels/l|STATUS|m|l|0",
      })
  void path_eachForm_isRead(
      String method, String path, String call, String model, String label, long version) {
    ModelPath read = ModelPath.of(method, path);
    assertThat(read.call()).hasToString(call);
    assertThat(read.spec().getName()).isEqualTo(model);
    assertThat(read.spec().getVersionLabel()).isEqualTo(label == null ? "" : label);
    assertThat(read.spec().getVersion().getValue()).isEqualTo(version);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET|/v1/models/m:predict|Malformed request: GET /v1/models/m:predict",
        "POST|/v1/models/m|Malformed request: POST /v1/models/m",
        "POST|/v1/models/m:run|Malformed request: POST",
        "DELETE|/v1/models/m|Malformed request: DELETE",
        "GET|/v1/models|Malformed request: GET /v1/models",
        "GET|/v1/models/m%zz|Malformed request",
        "POST|/v1/models/m/versions/x:predict|Malformed request",
        "GET|/v1/models/m/versions/99999999999999999999|Failed to convert version",
      })
  void path_anythingElse_isMalformed(String method, String path, String text) {
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> ModelPath.of(method, path));
    assertThat(error.message()).contains(text);
  }
}
