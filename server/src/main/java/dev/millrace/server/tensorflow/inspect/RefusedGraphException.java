package dev.millrace.server.tensorflow.inspect;

import java.util.regex.Pattern;

/** A model has what none may have; the message says what and where, fit for callers. */
final class RefusedGraphException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_NAME = 80;
  private static final Pattern ODD = Pattern.compile("[^A-Za-z0-9_./>:^-]");

  RefusedGraphException(String message) {
    super(message, null, false, false);
  }

  /** A name out of a graph, which may hold anything, made fit for a message. */
  static String quoted(String name) {
    String plain = ODD.matcher(name).replaceAll("?");
    return "'"
        + (plain.length() > LONGEST_NAME ? plain.substring(0, LONGEST_NAME) + "..." : plain)
        + "'";
  }
}
