package dev.millrace.server.inference.shadow;

import dev.millrace.server.inference.InferenceResponse;
import java.util.List;

/** The class that an answer tells of each example. Stateless. */
public final class AnswerClasses {
  private AnswerClasses() {}

  /** One class an example, as shadows compare them; empty when the answer tells none. */
  public static List<String> of(InferenceResponse response) {
    return AnswerComparison.of(response.outputs(), response.outputs()).classes();
  }
}
