package dev.millrace.server.gateway.json;

/**
 * Reads decimals of few digits, which nearly all are, faster than what reads any: where the digits
 * make a whole number below 2^53 and the power of ten is at most 10^22, both are doubles, and one
 * division or multiplication rounds as it should (Clinger, "How to read floating point numbers
 * accurately", 1990). Stateless.
 */
final class ShortDecimal {
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final int MOST_CHARACTERS = 24;
  private static final long MOST = 1L << 53;
  // What of a double is behind a float's last bit, and that in the middle between two floats.
  private static final long BEHIND = (1L << 29) - 1;
  private static final long MIDDLE = 1L << 28;

  private ShortDecimal() {}

  /**
   * The nearest double.
   *
   * @param text has a number as JSON writes it
   * @return NaN when it is not of few digits
   */
  static double toDouble(char[] text, int from, int length) {
    if (length > MOST_CHARACTERS) {
      return Double.NaN;
    }
    int at = from;
    int end = from + length;
    boolean negative = text[at] == '-';
    if (negative) {
      at++;
    }
    long digits = 0;
    int point = end;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit >= 0 && digit <= 9) {
        digits = 10 * digits + digit;
        if (digits >= MOST) {
          return Double.NaN;
        }
      } else if (text[at] == '.') {
        point = at + 1;
      } else {
        break;
      }
    }
    int power = point < at ? point - at : 0;
    if (at < end) {
      power += exponent(text, at, end);
    }
    if (power < -22 || power > 22) {
      return Double.NaN;
    }
    double value = power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
    return negative ? -value : value;
  }

  /**
   * The nearest float.
   *
   * @return NaN when it is not of few digits, or cannot be told from the nearest double
   */
  static float toFloat(char[] text, int from, int length) {
    double value = toDouble(text, from, length);
    float nearest = (float) value;
    boolean isNormal =
        Math.abs(nearest) >= Float.MIN_NORMAL && Math.abs(nearest) <= Float.MAX_VALUE;
    boolean isTold =
        value == 0 || isNormal && (Double.doubleToRawLongBits(value) & BEHIND) != MIDDLE;
    return isTold ? nearest : Float.NaN;
  }

  /** What stands behind the {@code e}; far off when it is more than two digits, or no exponent. */
  private static int exponent(char[] text, int from, int end) {
    int at = from + 1;
    boolean negative = at < end && text[at] == '-';
    if (negative || at < end && text[at] == '+') {
      at++;
    }
    if ((text[from] | 0x20) != 'e' || at == end || end - at > 2) {
      return Short.MAX_VALUE;
    }
    int exponent = 0;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit < 0 || digit > 9) {
        return Short.MAX_VALUE;
      }
      exponent = 10 * exponent + digit;
    }
    return negative ? -exponent : exponent;
  }
}
