package dev.millrace.server.tensorflow.trial;

import dev.millrace.server.catalog.Servable;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.server.tensorflow.record.AnsweredRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks a loaded version what it must know. Confined to one thread. */
final class GoldenCheck {
  private final Servable servable;

  GoldenCheck(Servable servable) {
    this.servable = servable;
  }

  /**
   * Asks all.
   *
   * @throws ServingException TRIAL_FAILED with the first request whose answer is another
   */
  void run(List<AnsweredRequest> requests) {
    for (int i = 0; i < requests.size(); i++) {
      AnsweredRequest expected = requests.get(i);
      String name = "golden request " + (i + 1);
      Signature signature = servable.signatures().get(expected.request().signature());
      if (signature == null
          || !expected.request().fits(signature)
          || !signature.outputs().keySet().containsAll(expected.outputs().keySet())) {
        throw refusal(name + " is not for any of its signatures " + servable.signatures().keySet());
      }
      Map<String, TensorData> answer;
      try {
        answer =
            servable.run(
                expected.request().signature(),
                expected.request().inputs(),
                expected.outputs().keySet(),
                Deadline.NONE);
      } catch (ServingException refused) {
        throw refusal(name + " was refused: " + refused.message());
      }
      expected
          .outputs()
          .forEach(
              (output, value) -> {
                Optional<String> difference = GoldenValues.difference(value, answer.get(output));
                if (difference.isPresent()) {
                  throw refusal(name + ", output '" + output + "': " + difference.get());
                }
              });
    }
  }

  private static ServingException refusal(String why) {
    return new ServingException(ErrorReason.TRIAL_FAILED, why);
  }
}
