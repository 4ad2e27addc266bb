package dev.millrace.server.tensorflow.session;

import dev.millrace.server.tensor.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/**
 * Takes out of TensorFlow's error texts what they say of the strings that a run was given: requests
 * of several callers may share a run, and neither errors nor logs show what anybody sent.
 * Stateless.
 */
final class ValueTraces {
  private static final String INSTEAD = "<value>";
  // What has fewer characters in common is the language's, not the caller's.
  private static final int SHORTEST = 8;
  private static final int LONGEST_TEXT = 2000;
  private static final int LONGEST_STRING = 1 << 16;
  private static final int MOST_STRINGS = 10_000;

  private ValueTraces() {}

  /** The text without what it shares with the strings of the inputs. */
  static String without(String text, Collection<TensorData> inputs) {
    String message = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    boolean[] hidden = new boolean[message.length()];
    int looked = 0;
    for (TensorData input : inputs) {
      for (ByteBuffer string : input.strings()) {
        if (looked++ == MOST_STRINGS) {
          // Too many to look at: nothing is said of any.
          return "the model refused the strings";
        }
        hide(message, read(string), hidden);
      }
    }
    return shown(message, hidden);
  }

  private static String read(ByteBuffer string) {
    ByteBuffer part = string.duplicate();
    part.limit(part.position() + Math.min(part.remaining(), LONGEST_STRING));
    return StandardCharsets.UTF_8.decode(part).toString();
  }

  private static void hide(String message, String value, boolean[] hidden) {
    if (value.length() < SHORTEST) {
      for (int at = value.isBlank() ? -1 : message.indexOf(value);
          at >= 0;
          at = message.indexOf(value, at + 1)) {
        if (standsAlone(message, at, at + value.length())) {
          Arrays.fill(hidden, at, at + value.length(), true);
        }
      }
      return;
    }
    for (int at = 0; at + SHORTEST <= message.length(); at++) {
      if (value.contains(message.substring(at, at + SHORTEST))) {
        Arrays.fill(hidden, at, at + SHORTEST, true);
      }
    }
  }

  private static boolean standsAlone(String message, int from, int to) {
    return (from == 0 || !Character.isLetterOrDigit(message.charAt(from - 1)))
        && (to == message.length() || !Character.isLetterOrDigit(message.charAt(to)));
  }

  private static String shown(String message, boolean[] hidden) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < message.length(); i++) {
      if (!hidden[i]) {
        shown.append(message.charAt(i));
      } else if (i == 0 || !hidden[i - 1]) {
        shown.append(INSTEAD);
      }
    }
    return shown.toString();
  }
}
