package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Which part of a list, rising or falling by key, a caller asks for.
 *
 * @param size most entries on the page
 * @param after the last key of the page before; empty for the first page
 */
record Page(int size, String after) {
  private static final int DEFAULT_SIZE = 100;
  private static final int LARGEST = 1000;
  private static final String PREFIX = "after:";

  /**
   * Reads a request's page fields.
   *
   * @throws ServingException PAGE_SIZE_INVALID or PAGE_TOKEN_INVALID
   */
  static Page of(int size, String token) {
    if (size < 0 || size > LARGEST) {
      throw refuse(
          "page_size",
          ErrorReason.PAGE_SIZE_INVALID,
          "expected 1 to " + LARGEST + ", or 0 for " + DEFAULT_SIZE + ", got " + size);
    }
    return new Page(size == 0 ? DEFAULT_SIZE : size, key(token));
  }

  /** True for keys that come after the page before. */
  boolean isAfterToken(String key) {
    return key.compareTo(after) > 0;
  }

  /** True for keys that come before the page before, for lists in falling order. */
  boolean isBeforeToken(String key) {
    return after.isEmpty() || key.compareTo(after) < 0;
  }

  static String tokenAfter(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((PREFIX + key).getBytes(StandardCharsets.UTF_8));
  }

  private static String key(String token) {
    if (token.isEmpty()) {
      return "";
    }
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      if (text.startsWith(PREFIX)) {
        return text.substring(PREFIX.length());
      }
    } catch (IllegalArgumentException notBase64) {
      // Falls through to the same refusal as any other foreign token.
    }
    throw refuse(
        "page_token",
        ErrorReason.PAGE_TOKEN_INVALID,
        "expected the next_page_token of an earlier answer");
  }

  private static ServingException refuse(String field, ErrorReason reason, String description) {
    return ServingException.ofViolations(List.of(new FieldViolation(field, reason, description)));
  }
}
