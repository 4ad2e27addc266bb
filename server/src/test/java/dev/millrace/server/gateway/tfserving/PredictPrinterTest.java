package dev.millrace.server.gateway.tfserving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.millrace.proto.tensorflow.DataType;
import dev.millrace.proto.tensorflow.TensorProto;
import dev.millrace.proto.tensorflow.TensorShapeProto;
import dev.millrace.proto.tfserving.Class;
import dev.millrace.proto.tfserving.ClassificationResult;
import dev.millrace.proto.tfserving.Classifications;
import dev.millrace.proto.tfserving.PredictResponse;
import dev.millrace.proto.tfserving.Regression;
import dev.millrace.proto.tfserving.RegressionResult;
import dev.millrace.server.gateway.json.StrictJson;
import dev.millrace.server.model.ServingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PredictPrinterTest {
  private static final StrictJson JSON = new StrictJson("");
  private static final PredictPrinter PRINTER = new PredictPrinter(JSON);

  private static TensorProto.Builder tensor(DataType dtype, long... shape) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    for (long size : shape) {
      sizes.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorProto.newBuilder().setDtype(dtype).setTensorShape(sizes);
  }

  private static TensorProto floats(long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return tensor(DataType.DT_FLOAT, shape)
        .setTensorContent(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  private static TensorProto strings(long[] shape, ByteString... values) {
    return tensor(DataType.DT_STRING, shape).addAllStringVal(Arrays.asList(values)).build();
  }

  private static String print(PredictResponse.Builder response, boolean rows) {
    return new String(PRINTER.print(response.build(), rows), StandardCharsets.UTF_8);
  }

  private static PredictResponse.Builder outputs(Object... namesAndTensors) {
    PredictResponse.Builder response = PredictResponse.newBuilder();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      response.putOutputs((String) namesAndTensors[i], (TensorProto) namesAndTensors[i + 1]);
    }
    return response;
  }

  @Test
  void print_oneOutput_isUnnamed() {
    PredictResponse.Builder one =
        outputs("y", floats(new long[] {2, 2}, 1, 0.1f, Float.NaN, Float.NEGATIVE_INFINITY));
    assertThat(print(one, true)).isEqualTo("{\"predictions\":[[1.0,0.1],[NaN,-Infinity]]}");
    assertThat(print(one, false)).isEqualTo("{\"outputs\":[[1.0,0.1],[NaN,-Infinity]]}");
    PredictResponse.Builder scalar = outputs("y", floats(new long[] {}, 3));
    assertThat(print(scalar, false)).isEqualTo("{\"outputs\":3.0}");
    PredictResponse.Builder vector = outputs("y", floats(new long[] {2}, 3, 4));
    assertThat(print(vector, true)).isEqualTo("{\"predictions\":[3.0,4.0]}");
    assertThat(print(outputs("y", floats(new long[] {0, 2})), true))
        .isEqualTo("{\"predictions\":[]}");
  }

  @Test
  void print_severalOutputs_areNamed() {
    PredictResponse.Builder two =
        outputs(
            "b", floats(new long[] {2}, 5, 6),
            "a", floats(new long[] {2, 1}, 1, 2));
    assertThat(print(two, true))
        .isEqualTo("{\"predictions\":[{\"a\":[1.0],\"b\":5.0},{\"a\":[2.0],\"b\":6.0}]}");
    assertThat(print(two, false)).isEqualTo("{\"outputs\":{\"a\":[[1.0],[2.0]],\"b\":[5.0,6.0]}}");
  }

  @Test
  void print_stringsOfAnOutputThatEndsInBytes_areBase64() {
    TensorProto text =
        strings(
            new long[] {2},
            ByteString.copyFromUtf8("h\u00e9 \"\n"),
            ByteString.copyFrom(new byte[] {0, -1}));
    assertThat(print(outputs("image_bytes", text), true))
        .isEqualTo("{\"predictions\":[{\"b64\":\"aMOpICIK\"},{\"b64\":\"AP8=\"}]}");
    assertThat(print(outputs("image_bytes", text, "x", floats(new long[] {2}, 1, 2)), false))
        .isEqualTo(
            "{\"outputs\":{\"image_bytes\":[{\"b64\":\"aMOpICIK\"},{\"b64\":\"AP8=\"}],"
                + "\"x\":[1.0,2.0]}}");
    assertThat(print(outputs("bytes", text), true))
        .isEqualTo("{\"predictions\":[\"h\u00e9 \\\"\\n\",\"\\u0000\ufffd\"]}");
  }

  @Test
  void print_halfFloats_areNumbersWhereTensorFlowServingFails() {
    TensorProto half =
        tensor(DataType.DT_HALF, 2)
            .setTensorContent(ByteString.copyFrom(new byte[] {0, 0x3c, 1, 0}))
            .build();
    assertThat(print(outputs("y", half), true)).isEqualTo("{\"predictions\":[1.0,5.9604645E-8]}");
  }

  @Test
  void print_outputsThatHaveNoRows_areRefused() {
    assertThat(refusal(outputs("y", floats(new long[] {}, 3)), true))
        .isEqualTo("Tensor name: y has no shape information ");
    assertThat(
            refusal(
                outputs("a", floats(new long[] {2}, 1, 2), "b", floats(new long[] {1}, 1)), true))
        .isEqualTo("Tensor name: b has inconsistent batch size: 1 expecting: 2");
    assertThat(refusal(outputs(), false)).isEqualTo("Cannot convert empty tensor map to JSON");
    TensorProto complex =
        tensor(DataType.DT_COMPLEX64, 1).setTensorContent(ByteString.copyFrom(new byte[8])).build();
    assertThat(refusal(outputs("y", complex), false))
        .isEqualTo("Failed to write JSON value for tensor type: complex64");
  }

  private static String refusal(PredictResponse.Builder response, boolean rows) {
    ServingException error =
        catchThrowableOfType(ServingException.class, () -> print(response, rows));
    assertThat(error).isNotNull();
    return error.message();
  }

  @Test
  void results_ofExamples_areListsOfLabelsAndScoresOrOfValues() {
    ResultPrinter printer = new ResultPrinter(JSON);
    ClassificationResult classes =
        ClassificationResult.newBuilder()
            .addClassifications(
                Classifications.newBuilder()
                    .addClasses(Class.newBuilder().setLabel("a").setScore(0.1f))
                    .addClasses(Class.newBuilder().setScore(Float.NaN)))
            .addClassifications(Classifications.getDefaultInstance())
            .build();
    assertThat(new String(printer.classes(classes), StandardCharsets.UTF_8))
        .isEqualTo("{\"results\":[[[\"a\",0.1],[\"\",NaN]],[]]}");
    RegressionResult values =
        RegressionResult.newBuilder()
            .addRegressions(Regression.newBuilder().setValue(1e10f))
            .addRegressions(Regression.newBuilder().setValue(Float.POSITIVE_INFINITY))
            .build();
    assertThat(new String(printer.values(values), StandardCharsets.UTF_8))
        .isEqualTo("{\"results\":[1.0E10,Infinity]}");
  }
}
