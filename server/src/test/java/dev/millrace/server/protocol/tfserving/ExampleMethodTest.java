package dev.millrace.server.protocol.tfserving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ExampleMethodTest {
  private static final String CLASSIFY = "tensorflow/serving/classify";
  private static final String REGRESS = "tensorflow/serving/regress";
  private static final TensorSpec TEXT = new TensorSpec(DataType.STRING, ShapeSpec.of(-1));
  private static final TensorSpec SCORES = new TensorSpec(DataType.FLOAT32, ShapeSpec.of(-1, -1));

  @Test
  void fault_ofSignaturesThatFit_isNone() {
    for (Map<String, TensorSpec> outputs :
        List.of(
            Map.of("classes", TEXT),
            Map.of("scores", SCORES),
            Map.of("classes", TEXT, "scores", SCORES))) {
      assertThat(ExampleMethod.CLASSIFY.fault(signature(CLASSIFY, inputs(), outputs))).isEmpty();
    }
    assertThat(ExampleMethod.REGRESS.fault(signature(REGRESS, inputs(), Map.of("outputs", SCORES))))
        .isEmpty();
  }

  @Test
  void fault_ofOtherMethods_namesBoth() {
    assertThat(ExampleMethod.CLASSIFY.fault(signature("", inputs(), Map.of("scores", SCORES))))
        .contains(
            "Expected classification signature method_name to be tensorflow/serving/classify. Was:"
                + " ");
    assertThat(
            ExampleMethod.REGRESS.fault(signature(CLASSIFY, inputs(), Map.of("outputs", SCORES))))
        .contains(
            "Expected regression signature method_name to be tensorflow/serving/regress. Was:"
                + " tensorflow/serving/classify");
  }

  @Test
  void fault_ofInputsThatAreNotOneOfExamples_saysWhatIsExpected() {
    for (Map<String, TensorSpec> inputs :
        List.of(Map.<String, TensorSpec>of(), Map.of("inputs", TEXT, "more", TEXT))) {
      assertThat(
              ExampleMethod.CLASSIFY.fault(signature(CLASSIFY, inputs, Map.of("scores", SCORES))))
          .contains("Expected one input Tensor.");
    }
    for (Map<String, TensorSpec> inputs : List.of(Map.of("x", TEXT), Map.of("inputs", SCORES))) {
      assertThat(ExampleMethod.REGRESS.fault(signature(REGRESS, inputs, Map.of("outputs", SCORES))))
          .hasValueSatisfying(
              text -> assertThat(text).startsWith("No regression inputs found in SignatureDef"));
    }
  }

  @Test
  void fault_ofOutputsTooManyOrOfOtherNames_saysWhatIsExpected() {
    Map<String, TensorSpec> three = Map.of("classes", TEXT, "scores", SCORES, "more", SCORES);
    assertThat(ExampleMethod.CLASSIFY.fault(signature(CLASSIFY, inputs(), three)))
        .contains("Expected one or two output Tensors, found 3");
    assertThat(ExampleMethod.CLASSIFY.fault(signature(CLASSIFY, inputs(), Map.of("y", SCORES))))
        .contains(
            "Expected classification signature outputs to contain at least one of \"classes\" or"
                + " \"scores\".");
    assertThat(ExampleMethod.REGRESS.fault(signature(REGRESS, inputs(), three)))
        .contains("Expected one output Tensor.");
    assertThat(ExampleMethod.REGRESS.fault(signature(REGRESS, inputs(), Map.of("y", SCORES))))
        .contains("No regression outputs found in SignatureDef");
  }

  private static Map<String, TensorSpec> inputs() {
    return Map.of("inputs", TEXT);
  }

  private static Signature signature(
      String method, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
    return new Signature(new TreeMap<>(inputs), new TreeMap<>(outputs), method);
  }
}
