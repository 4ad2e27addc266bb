package dev.millrace.server.evaluation.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ModelName;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.model.VersionId;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorSpec;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SubjectTest {
  private static final VersionId VERSION = new VersionId(new ModelName("m"), 3);
  private static final TensorSpec PICTURES = spec(DataType.FLOAT32, -1, 28, 28, 1);
  private static final TensorSpec CLASSES = spec(DataType.FLOAT32, -1, 10);

  @Test
  void output_notNamed_isTheUsualOneElseTheOnlyOne() {
    assertThat(of(Map.of("logits", CLASSES, "probabilities", CLASSES), "").output())
        .isEqualTo("probabilities");
    assertThat(of(Map.of("logits", CLASSES, "a", CLASSES), "").output()).isEqualTo("logits");
    assertThat(of(Map.of("dense_1", CLASSES, "classes", spec(DataType.INT64, -1)), "").output())
        .isEqualTo("dense_1");
    assertThat(of(Map.of("a", CLASSES, "b", CLASSES), "b").output()).isEqualTo("b");
  }

  @Test
  void subject_thatDoesNotFit_isRefusedWithWhatToDo() {
    assertThat(refusal(() -> of(Map.of("a", CLASSES, "b", CLASSES), "")).message())
        .contains("[batch, classes]", "'output'", "[a, b]");
    assertThat(refusal(() -> of(Map.of("a", CLASSES), "c")).reason())
        .isEqualTo(ErrorReason.EVALUATION_UNFIT);
    Signature two = signature(Map.of("x", PICTURES, "y", PICTURES), Map.of("p", CLASSES));
    assertThat(refusal(() -> of(two, 28, "serving_default")).message()).contains("one input");
    Signature one = signature(Map.of("x", PICTURES), Map.of("p", CLASSES));
    assertThat(refusal(() -> of(one, 32, "serving_default")).message())
        .contains("pictures of 32x32; input 'x' takes FLOAT32 [?,28,28,1]");
    assertThat(refusal(() -> of(one, 28, "other")).reason())
        .isEqualTo(ErrorReason.SIGNATURE_NOT_FOUND);
  }

  private static Subject of(Map<String, TensorSpec> outputs, String output) {
    return Subject.of(
        VERSION,
        Map.of("serving_default", signature(Map.of("x", PICTURES), outputs)),
        "serving_default",
        "x",
        output,
        28,
        28);
  }

  private static Subject of(Signature signature, int size, String name) {
    return Subject.of(VERSION, Map.of("serving_default", signature), name, "", "", size, size);
  }

  private static ServingException refusal(ThrowingCallable call) {
    ServingException error = catchThrowableOfType(ServingException.class, call);
    assertThat(error).isNotNull();
    return error;
  }

  private static Signature signature(
      Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
    return new Signature(new TreeMap<>(inputs), new TreeMap<>(outputs));
  }

  private static TensorSpec spec(DataType dtype, long... shape) {
    return new TensorSpec(dtype, ShapeSpec.of(shape));
  }
}
