package dev.millrace.server.rollout;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.util.List;

/**
 * Who asks for a change, why, and on what it is based.
 *
 * @param actor the caller
 * @param etag the model's revision as the caller saw it; empty to go without the check
 * @param reason why, in words; may be empty
 */
public record ChangeOrder(String actor, String etag, String reason) {
  private static final int LONGEST_REASON = 1000;

  /**
   * Checks the reason's length.
   *
   * @throws ServingException PARAMETER_INVALID if it is longer than 1,000 characters
   */
  public ChangeOrder {
    if (reason.length() > LONGEST_REASON) {
      throw ServingException.ofViolations(
          List.of(
              FieldViolation.tooLong(
                  "reason", ErrorReason.PARAMETER_INVALID, LONGEST_REASON, reason.length())));
    }
  }
}
