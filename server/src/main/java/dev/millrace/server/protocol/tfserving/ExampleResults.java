package dev.millrace.server.protocol.tfserving;

import com.google.protobuf.ByteString;
import dev.millrace.proto.tfserving.ClassificationResult;
import dev.millrace.proto.tfserving.Classifications;
import dev.millrace.proto.tfserving.Regression;
import dev.millrace.proto.tfserving.RegressionResult;
import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outputs as classes and values of each example. Stateless. */
final class ExampleResults {
  private ExampleResults() {}

  static ClassificationResult classes(Map<String, TensorData> outputs, int examples) {
    TensorData classes =
        matrix(
            ExampleMethod.output(outputs, ExampleMethod.CLASSES, DataType.STRING, examples),
            ExampleMethod.CLASSES);
    TensorData scores =
        matrix(
            ExampleMethod.output(outputs, ExampleMethod.SCORES, DataType.FLOAT32, examples),
            ExampleMethod.SCORES);
    if (classes == null && scores == null) {
      throw ExampleMethod.unfit("Expected classes or scores, got neither");
    }
    if (classes != null && scores != null && !classes.shape().equals(scores.shape())) {
      throw ExampleMethod.unfit(
          "Tensors class and score should match in num_classes. Got: "
              + classes.shape()
              + " and "
              + scores.shape());
    }
    int width = width(classes != null ? classes : scores);
    @Nullable ByteBuffer values = scores == null ? null : scores.bytes();
    List<ByteBuffer> labels = classes == null ? List.of() : classes.strings();
    ClassificationResult.Builder result = ClassificationResult.newBuilder();
    for (int row = 0; row < examples; row++) {
      Classifications.Builder each = Classifications.newBuilder();
      for (int i = row * width; i < (row + 1) * width; i++) {
        dev.millrace.proto.tfserving.Class.Builder one = each.addClassesBuilder();
        if (!labels.isEmpty()) {
          one.setLabelBytes(utf8(labels.get(i)));
        }
        if (values != null) {
          one.setScore(values.getFloat(4 * i));
        }
      }
      result.addClassifications(each);
    }
    return result.build();
  }

  static RegressionResult values(Map<String, TensorData> outputs, int examples) {
    TensorData output =
        ExampleMethod.output(outputs, ExampleMethod.OUTPUTS, DataType.FLOAT32, examples);
    if (output == null || output.shape().elementCount() != examples || output.shape().rank() > 2) {
      throw ExampleMethod.unfit(
          "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
              + (output == null ? "none" : output.shape()));
    }
    ByteBuffer values = output.bytes();
    RegressionResult.Builder result = RegressionResult.newBuilder();
    for (int row = 0; row < examples; row++) {
      result.addRegressions(Regression.newBuilder().setValue(values.getFloat(4 * row)));
    }
    return result.build();
  }

  private static @Nullable TensorData matrix(@Nullable TensorData output, String name) {
    if (output != null && output.shape().rank() != 2) {
      throw ExampleMethod.unfit(
          "Expected " + name + " Tensor shape: [batch_size num_classes] but got " + output.shape());
    }
    return output;
  }

  private static int width(@Nullable TensorData output) {
    return output == null ? 0 : Math.toIntExact(output.shape().size(1));
  }

  /** The wire's labels are text; what is none is shown as well as it goes. */
  private static ByteString utf8(ByteBuffer label) {
    ByteString bytes = ByteString.copyFrom(label.duplicate());
    return bytes.isValidUtf8() ? bytes : ByteString.copyFromUtf8(bytes.toStringUtf8());
  }
}
