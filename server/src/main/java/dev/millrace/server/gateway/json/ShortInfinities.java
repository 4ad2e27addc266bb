package dev.millrace.server.gateway.json;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.Arrays;

/**
 * {@code Inf} and {@code -Inf}, which RapidJSON takes besides {@code Infinity}, and with it the
 * servers whose wires these are. The parser here does not; so a document that it refuses is read
 * once more with them spelled out, and all others cost nothing. Stateless.
 */
public final class ShortInfinities {
  private static final byte[] LONG = {'I', 'n', 'f', 'i', 'n', 'i', 't', 'y'};
  private static final int SHORT = 3;

  private ShortInfinities() {}

  /** What reads a document. */
  @FunctionalInterface
  public interface Reading<T> {
    /** Reads bytes of which so many are the document. */
    T read(byte[] bytes, int length);
  }

  /**
   * Reads a document.
   *
   * @param bytes it, and what may stand behind it
   * @param length its length
   * @param reading called twice at most
   */
  public static <T> T read(byte[] bytes, int length, Reading<T> reading) {
    try {
      return reading.read(bytes, length);
    } catch (ServingException fault) {
      int found = fault.reason() == ErrorReason.REQUEST_MALFORMED ? count(bytes, length) : 0;
      if (found == 0) {
        throw fault;
      }
      int more = Math.multiplyExact(found, LONG.length - SHORT);
      return reading.read(spelledOut(bytes, length, more), length + more);
    }
  }

  private static int count(byte[] bytes, int length) {
    int found = 0;
    for (int at = next(bytes, 0, length); at < length; at = next(bytes, at + SHORT, length)) {
      found++;
    }
    return found;
  }

  private static byte[] spelledOut(byte[] bytes, int length, int more) {
    byte[] longer = new byte[Math.addExact(bytes.length, more)];
    int from = 0;
    int to = 0;
    for (int at = next(bytes, 0, length); at < length; at = next(bytes, from, length)) {
      System.arraycopy(bytes, from, longer, to, at - from);
      to += at - from;
      System.arraycopy(LONG, 0, longer, to, LONG.length);
      to += LONG.length;
      from = at + SHORT;
    }
    System.arraycopy(bytes, from, longer, to, bytes.length - from);
    return longer;
  }

  /** Where the next one begins, outside of strings; the length where there is none. */
  private static int next(byte[] bytes, int from, int length) {
    boolean quoted = false;
    for (int at = from; at < length; at++) {
      if (bytes[at] == '"') {
        quoted = !quoted;
      } else if (quoted) {
        at += bytes[at] == '\\' ? 1 : 0;
      } else if (bytes[at] == 'I' && at + SHORT <= length && isShort(bytes, at, length)) {
        return at;
      }
    }
    return length;
  }

  private static boolean isShort(byte[] bytes, int at, int length) {
    int end = Math.min(length, at + LONG.length);
    int same = Arrays.mismatch(bytes, at, end, LONG, 0, end - at);
    // Three letters, and then no fourth.
    return same == SHORT && bytes[at + SHORT] != 'i' || same < 0 && end - at == SHORT;
  }
}
