package dev.millrace.server.tensorflow.trial;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.server.model.ErrorReason;
import org.jspecify.annotations.Nullable;

/** What is said between a server and a trial's process, a line of JSON each. */
final class TrialMessage {
  private TrialMessage() {}

  /**
   * What is to be tried.
   *
   * @param model id of the model
   * @param version number of the version
   * @param directory its folder
   * @param token repeated in the answer, so that nothing else that is printed passes for one
   */
  record Order(String model, long version, String directory, String token) {}

  /**
   * How it went.
   *
   * @param token the order's
   * @param reason why the version is not fit; null when it is
   * @param message the reason in words
   */
  record Answer(String token, @Nullable ErrorReason reason, String message) {}

  static ObjectMapper json() {
    return JsonMapper.builder().serializationInclusion(JsonInclude.Include.NON_NULL).build();
  }

  static String line(ObjectMapper json, Object message) {
    try {
      return json.writeValueAsString(message);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
