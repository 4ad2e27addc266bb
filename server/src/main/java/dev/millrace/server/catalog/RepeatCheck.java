package dev.millrace.server.catalog;

import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorData;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds out whether a signature answers equal requests alike, by asking three times. One that draws
 * random numbers or counts its calls does not; one whose answers change only when another signature
 * changes its variables is not found out.
 */
final class RepeatCheck {
  private static final int REPEATS = 2;

  private final Servable servable;
  private final String name;
  private final Signature signature;

  RepeatCheck(Servable servable, String name, Signature signature) {
    this.servable = servable;
    this.name = name;
    this.signature = signature;
  }

  /** Why answers must not be given again; empty when they may. */
  Optional<String> obstacle(Map<String, TensorData> inputs) {
    try {
      Map<String, TensorData> first = run(inputs);
      for (int i = 0; i < REPEATS; i++) {
        Map<String, TensorData> again = run(inputs);
        for (String output : signature.outputs().keySet()) {
          if (!Likeness.alike(
              Objects.requireNonNull(first.get(output)),
              Objects.requireNonNull(again.get(output)))) {
            return Optional.of("output '" + output + "' changed between equal requests");
          }
        }
      }
      return Optional.empty();
    } catch (ServingException refused) {
      return Optional.of(
          "the model refused the request of the check: "
              + refused.message()
              + "; warm-up records would help");
    }
  }

  private Map<String, TensorData> run(Map<String, TensorData> inputs) {
    return servable.run(name, inputs, signature.outputs().keySet(), Deadline.NONE);
  }
}
