package dev.millrace.server.catalog;

import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.ShapeSpec;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensor.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds out whether a signature answers each row by itself. An open first dimension does not prove
 * it: a model may normalise over its batch, draw random numbers or count its calls. So two rows are
 * run alone and together, and the answers compared.
 */
final class RowCheck {
  private final TrialRun trial;
  private final String name;
  private final Signature signature;

  RowCheck(TrialRun trial, String name, Signature signature) {
    this.trial = trial;
    this.name = name;
    this.signature = signature;
  }

  /** Why rows of different requests must not share a run; empty when they may. */
  Optional<String> obstacle(Map<String, TensorData> one, Map<String, TensorData> other) {
    Optional<String> open = closedInput();
    if (open.isPresent()) {
      return open;
    }
    try {
      Map<String, TensorData> oneAlone = run(one);
      Map<String, TensorData> otherAlone = run(other);
      Map<String, TensorData> both = new HashMap<>();
      one.forEach(
          (input, tensor) ->
              both.put(
                  input,
                  TensorData.join(List.of(tensor, Objects.requireNonNull(other.get(input))))));
      Map<String, TensorData> together = run(both);
      for (String output : signature.outputs().keySet()) {
        TensorData joined = Objects.requireNonNull(together.get(output));
        if (joined.shape().rank() == 0 || joined.shape().size(0) != 2) {
          return Optional.of("output '" + output + "' does not have a row for each row of input");
        }
        if (!Likeness.alike(joined.rows(0, 1), Objects.requireNonNull(oneAlone.get(output)))
            || !Likeness.alike(joined.rows(1, 1), Objects.requireNonNull(otherAlone.get(output)))) {
          return Optional.of("output '" + output + "' of a row depends on the rows beside it");
        }
      }
      return Optional.empty();
    } catch (ServingException refused) {
      return Optional.of("the model refused the two rows of the check: " + refused.message());
    }
  }

  private Optional<String> closedInput() {
    if (signature.inputs().isEmpty()) {
      return Optional.of("it takes no input");
    }
    for (Map.Entry<String, TensorSpec> input : signature.inputs().entrySet()) {
      ShapeSpec shape = input.getValue().shape();
      if (shape.isUnknownRank() || shape.rank() == 0 || shape.size(0) != ShapeSpec.OPEN) {
        return Optional.of("input '" + input.getKey() + "' has no open first dimension");
      }
    }
    return Optional.empty();
  }

  private Map<String, TensorData> run(Map<String, TensorData> inputs) {
    return trial.run(name, inputs, signature.outputs().keySet());
  }
}
