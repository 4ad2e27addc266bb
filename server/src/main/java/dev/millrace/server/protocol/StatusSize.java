package dev.millrace.server.protocol;

import com.google.rpc.BadRequest;
import dev.millrace.server.model.FieldViolation;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Keeps a status within the 8 KiB of headers that clients take: a larger one ends the connection,
 * and every other call on it. Stateless.
 */
final class StatusSize {
  private static final int MOST_TEXT = 1024;
  private static final int MOST_VALUE = 200;
  private static final int MOST_VIOLATIONS = 1536;
  private static final String CUT = "...";

  private StatusSize() {}

  /** A message, cut short. */
  static String text(String message) {
    return cut(message, MOST_TEXT);
  }

  /** A value of metadata, cut short. */
  static String value(String value) {
    return cut(value, MOST_VALUE);
  }

  /** As many violations as there is room for, at least one, and the number of those left out. */
  static BadRequest violations(List<FieldViolation> violations) {
    BadRequest.Builder request = BadRequest.newBuilder();
    int room = MOST_VIOLATIONS;
    for (FieldViolation violation : violations) {
      BadRequest.FieldViolation shown =
          BadRequest.FieldViolation.newBuilder()
              .setField(cut(violation.field(), MOST_VALUE))
              .setReason(violation.reason().name())
              .setDescription(cut(violation.description(), MOST_TEXT / 2))
              .build();
      room -= shown.getSerializedSize();
      if (room < 0 && request.getFieldViolationsCount() > 0) {
        int more = violations.size() - request.getFieldViolationsCount();
        request.addFieldViolations(
            BadRequest.FieldViolation.newBuilder().setDescription("and " + more + " more"));
        break;
      }
      request.addFieldViolations(shown);
    }
    return request.build();
  }

  /** The longest start of a text that takes so many bytes as gRPC escapes it. */
  private static String cut(String text, int most) {
    int size = 0;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      boolean plain = point >= ' ' && point <= '~' && point != '%';
      size += plain ? 1 : 3 * Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      if (size > most) {
        return text.substring(0, at) + CUT;
      }
      at += Character.charCount(point);
    }
    return text;
  }
}
