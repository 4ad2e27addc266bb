package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.InferParameter;
import dev.millrace.proto.inference.InferParameter.ParameterChoiceCase;
import dev.millrace.server.model.Deadline;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.Priority;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a request's parameters ask for. Unknown keys are the user's own and pass.
 *
 * @param timeout longest wait for the answer
 * @param priority how much it matters; 1 is HIGH, 0 and 2 are NORMAL, others LOW
 * @param signature the signature to run, by the key {@code signature_name}, which is ours
 */
record RequestParameters(Optional<Duration> timeout, Priority priority, String signature) {
  private static final String RESERVED = "triton_";
  private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  /**
   * Reads them.
   *
   * @throws ServingException PARAMETER_INVALID for a known key of the wrong type, or a reserved one
   */
  static RequestParameters of(Map<String, InferParameter> parameters) {
    Optional<Duration> timeout = Optional.empty();
    Priority priority = Priority.NORMAL;
    String signature = Signature.DEFAULT_NAME;
    for (Map.Entry<String, InferParameter> entry : parameters.entrySet()) {
      String key = entry.getKey();
      InferParameter value = entry.getValue();
      switch (key) {
        case "timeout" -> timeout = timeout(value);
        case "priority" -> priority = priority(value);
        case "signature_name" -> {
          require(key, value, ParameterChoiceCase.STRING_PARAM, "string_param");
          signature = value.getStringParam();
        }
        // Models here have no sequences: the keys are read as the protocol has them, and no more.
        case "sequence_start", "sequence_end", EMPTY_FINAL, "binary_data_output" ->
            require(key, value, ParameterChoiceCase.BOOL_PARAM, "bool_param");
        case "sequence_id" -> {
          if (value.getParameterChoiceCase() != ParameterChoiceCase.STRING_PARAM) {
            require(key, value, ParameterChoiceCase.INT64_PARAM, "int64_param or string_param");
          }
        }
        default -> {
          if (key.startsWith(RESERVED)) {
            throw invalid(
                "parameter keys starting with 'triton_' are reserved for Triton usage and should"
                    + " not be specified.");
          }
        }
      }
    }
    return new RequestParameters(timeout, priority, signature);
  }

  /** The sooner of the call's deadline and the timeout. */
  Deadline deadline(Deadline ofCall, Instant now) {
    if (timeout.isEmpty()) {
      return ofCall;
    }
    Instant end = now.plus(timeout.get());
    return ofCall.instant().isBefore(end) ? ofCall : new Deadline(end);
  }

  private static Optional<Duration> timeout(InferParameter value) {
    require("timeout", value, ParameterChoiceCase.INT64_PARAM, "int64_param");
    if (value.getInt64Param() < 0) {
      throw invalid("invalid value for 'timeout', expected value >= 0.");
    }
    long micros = Math.min(value.getInt64Param(), Duration.ofDays(365).toSeconds() * 1_000_000);
    return micros == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(micros * 1000));
  }

  private static Priority priority(InferParameter value) {
    long level;
    if (value.getParameterChoiceCase() == ParameterChoiceCase.UINT64_PARAM) {
      level = value.getUint64Param() < 0 ? Long.MAX_VALUE : value.getUint64Param();
    } else {
      require("priority", value, ParameterChoiceCase.INT64_PARAM, "int64_param or uint64_param");
      level = value.getInt64Param();
    }
    if (level < 0) {
      throw invalid("invalid value for 'priority', expected value >= 0.");
    }
    if (level == 1) {
      return Priority.HIGH;
    }
    return level == 0 || level == 2 ? Priority.NORMAL : Priority.LOW;
  }

  private static void require(
      String key, InferParameter value, ParameterChoiceCase choice, String expected) {
    if (value.getParameterChoiceCase() != choice) {
      throw invalid("invalid value type for '" + key + "' parameter, expected " + expected + ".");
    }
  }

  private static ServingException invalid(String text) {
    return new ServingException(ErrorReason.PARAMETER_INVALID, text);
  }
}
