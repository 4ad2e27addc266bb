package dev.millrace.server.protocol.tfserving;

import dev.millrace.proto.tensorflow.Example;
import dev.millrace.proto.tensorflow.Features;
import dev.millrace.proto.tfserving.Input;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldPath;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.tensor.Shape;
import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Examples as the model takes them: serialized, one string each. Stateless. */
final class ExampleInput {
  /** The name of the one input of a signature that takes examples. */
  static final String NAME = "inputs";

  private ExampleInput() {}

  /**
   * The examples as a STRING tensor of one dimension.
   *
   * @throws ServingException INPUT_MISSING without examples; VALUE_REJECTED when an example has a
   *     feature of the context
   */
  static TensorData read(Input input, ExpansionBudget budget) {
    List<Example> examples =
        switch (input.getKindCase()) {
          case EXAMPLE_LIST -> input.getExampleList().getExamplesList();
          case EXAMPLE_LIST_WITH_CONTEXT ->
              merged(
                  input.getExampleListWithContext().getExamplesList(),
                  input.getExampleListWithContext().getContext(),
                  budget);
          case KIND_NOT_SET -> List.of();
        };
    if (examples.isEmpty()) {
      throw new ServingException(ErrorReason.INPUT_MISSING, "Input is empty.");
    }
    List<ByteBuffer> strings =
        examples.stream().map(example -> ByteBuffer.wrap(example.toByteArray())).toList();
    return TensorData.ofStrings(Shape.of(strings.size()), strings);
  }

  private static List<Example> merged(
      List<Example> examples, Example context, ExpansionBudget budget) {
    budget.take(examples.size(), context.getSerializedSize());
    List<Example> merged = new ArrayList<>(examples.size());
    for (Example example : examples) {
      Features.Builder features = context.getFeatures().toBuilder();
      example
          .getFeatures()
          .getFeatureMap()
          .forEach(
              (name, feature) -> {
                if (features.containsFeature(name)) {
                  throw new ServingException(
                      ErrorReason.VALUE_REJECTED,
                      "feature '"
                          + FieldPath.shown(name)
                          + "' is both in the context and in an example");
                }
                features.putFeature(name, feature);
              });
      merged.add(Example.newBuilder().setFeatures(features).build());
    }
    return merged;
  }
}
