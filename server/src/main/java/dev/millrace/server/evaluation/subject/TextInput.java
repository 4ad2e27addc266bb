package dev.millrace.server.evaluation.subject;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The form in which an input takes texts: as strings in UTF-8, [batch]. Stateless. */
public final class TextInput {
  private TextInput() {}

  /** True for an input of this form. */
  static boolean fits(TensorSpec spec) {
    return spec.dtype() == DataType.STRING
        && spec.shape().accepts(Shape.of(1))
        && spec.shape().accepts(Shape.of(2));
  }

  /** A tensor of texts. */
  public static TensorData encode(List<String> texts) {
    return TensorData.ofStrings(
        Shape.of(texts.size()),
        texts.stream()
            .map(text -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }
}
