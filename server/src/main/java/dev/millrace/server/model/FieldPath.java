package dev.millrace.server.model;

/** Paths of fields for violations, safe to print whatever a client has named its tensors. */
public final class FieldPath {
  private static final int LONGEST = 60;

  private FieldPath() {}

  /** {@code inputs["images"]}. */
  public static String input(String name) {
    return "inputs[\"" + shown(name) + "\"]";
  }

  /** A client's word, cut short and without control characters. */
  public static String shown(String word) {
    String start = word.length() > LONGEST ? word.substring(0, LONGEST) + "..." : word;
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
