package dev.millrace.server.security.permission;

import java.util.regex.Pattern;

/**
 * Names of models, with {@code *} for any number of any characters. Matching takes time that grows
 * with the lengths of both, and never more. Immutable.
 */
record NamePattern(String text) {
  private static final int LONGEST_NAME = 128;
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.*-]{1,128}");

  static boolean isValid(String text) {
    return FORM.matcher(text).matches();
  }

  boolean isEverything() {
    return text.equals("*");
  }

  /** Greedy matching that goes back to the last star alone. */
  boolean matches(String name) {
    if (isEverything()) {
      return true;
    }
    if (name.length() > LONGEST_NAME) {
      return false;
    }
    int at = 0;
    int in = 0;
    int star = -1;
    int retry = 0;
    while (in < name.length()) {
      // A star first: a name may have one itself, and must not be taken for the pattern's.
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        retry = in;
      } else if (at < text.length() && text.charAt(at) == name.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++retry;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }
}
